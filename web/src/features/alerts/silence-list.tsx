/** Silences and maintenance windows: those to come, those in force, and past ones as history. */
import { BellOff, Plus, Square } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { useAsk } from "@/ui/reason-dialog";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { scopeText } from "./shapes";
import { SilenceDialog } from "./silence-dialog";

type Row = Schemas["SilenceRow"];
const STATES = ["pending", "active", "expired", "ended"];

export function SilenceList() {
  const [{ state = "" }, set] = useUrlState();
  const [creating, setCreating] = useState(false);
  const can = useCan();
  const ask = useAsk();
  const end = useCommand(
    ({ id, reason }: { id: string; reason: string }) => answered(client.DELETE("/api/v1/silences/{silence}", { params: { path: { silence: id } }, body: { reason } })),
    { done: "Ended" },
  );

  async function stop(row: Row) {
    const given = await ask({ title: "End this silence now?", description: row.why, confirm: "End" });
    if (given) end.mutate({ id: row.id, reason: given.reason });
  }

  const columns: readonly Column<Row>[] = [
    { id: "why", header: "Why", cell: (row) => <Name>{row.why}</Name>, value: (row) => row.why, width: 200, grow: 3, phone: "title" },
    { id: "state", header: "State", cell: (row) => <StatusBadge state={row.state} label={row.maintenance ? `${row.state}, maintenance` : row.state} />, value: (row) => row.state, width: 160, phone: "side" },
    { id: "scope", header: "What", cell: (row) => <Name>{scopeText(row.matchers.scope)}</Name>, value: (row) => scopeText(row.matchers.scope), width: 200, grow: 2, phone: "line" },
    { id: "from", header: "From", cell: (row) => <Time at={row.starts_at} style="short" />, value: (row) => row.starts_at, width: 120 },
    { id: "to", header: "To", cell: (row) => <Time at={row.ended_at ?? row.ends_at} style="short" />, value: (row) => row.ended_at ?? row.ends_at, width: 120 },
    { id: "by", header: "By", cell: (row) => <Name>{row.created_by}</Name>, value: (row) => row.created_by, width: 110 },
    {
      id: "end",
      header: "",
      cell: (row) => can("engineer") && (row.state === "active" || row.state === "pending") && <Button small icon={Square} busy={end.isPending} onClick={() => void stop(row)}>End</Button>,
      width: 90,
      grow: 0,
    },
  ];
  return (
    <>
      <DataTable
        id="silences"
        label="Silences"
        className="h-[calc(100dvh-15rem)]"
        path="/api/v1/silences"
        query={{ state }}
        columns={columns}
        rowId={(row) => row.id}
        filters={
          <>
            <SelectField quiet label="State" options={[{ value: "", label: "Any state" }, ...STATES.map((value) => ({ value, label: value }))]} value={state} onChange={(event) => { set({ state: event.target.value }); }} className="w-36" />
            {can("engineer") && <Button icon={Plus} onClick={() => { setCreating(true); }}>New silence</Button>}
          </>
        }
        empty={<Message icon={BellOff} title="No silences">Before planned work, name the site or devices, and nobody is woken by it.</Message>}
      />
      <SilenceDialog open={creating} onOpenChange={setCreating} />
    </>
  );
}
