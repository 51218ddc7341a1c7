/** What Netledger's own processes say. */
import { ScrollText } from "lucide-react";
import type { Schemas } from "@/api/client";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { SearchField } from "@/ui/search-field";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";

type Line = Schemas["LogLine"];
const LEVELS = [
  { value: "", label: "Any level" },
  { value: "info", label: "info and above" },
  { value: "warning", label: "warning and above" },
  { value: "error", label: "error" },
];

const COLUMNS: readonly Column<Line>[] = [
  { id: "at", header: "Time", width: 92, grow: 0, phone: "line", cell: (line) => <Time at={line.at} style="clock" />, value: (line) => line.at },
  { id: "level", header: "Level", width: 100, grow: 0, phone: "side", cell: (line) => <StatusBadge state={line.level} />, value: (line) => line.level },
  { id: "logger", header: "Process", width: 90, grow: 0, phone: "line", cell: (line) => line.logger, value: (line) => line.logger },
  { id: "message", header: "Message", width: 160, grow: 1, phone: "title", cell: (line) => <Name>{line.message}</Name>, value: (line) => line.message },
  { id: "detail", header: "Detail", width: 240, grow: 3, cell: (line) => <Name fallback="">{detail(line)}</Name>, value: detail },
];

function detail(line: Line): string {
  return Object.entries(line.detail).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" ");
}

export function Logs() {
  const [{ level = "warning", q = "" }, setSearch] = useUrlState();
  return (
    <DataTable
      id="logs"
      label="Logs"
      path="/api/v1/logs"
      query={{ level: level === "any" ? "" : level, q }}
      columns={COLUMNS}
      rowId={(line) => line.id}
      className="h-[max(24rem,calc(100dvh-16rem))]"
      filters={
        <>
          <SelectField quiet label="Level" className="w-44" options={LEVELS.map(({ value, label }) => ({ value: value || "any", label }))} value={level} onChange={({ target }) => { setSearch({ level: target.value }); }} />
          <SearchField label="Search the logs" placeholder="Text" className="w-56" value={q} onSearch={(text) => { setSearch({ q: text }); }} />
        </>
      }
      empty={<Message icon={ScrollText} title="Nothing was logged at this level">Processes that log elsewhere, as in containers, are read where their output goes.</Message>}
    />
  );
}
