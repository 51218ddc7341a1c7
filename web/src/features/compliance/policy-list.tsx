/** The policies, and whether they are switched on. */
import { Link } from "@tanstack/react-router";
import { Plus, ScrollText } from "lucide-react";
import { answered, client } from "@/api/client";
import { useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { useAsk } from "@/ui/reason-dialog";
import { SearchField } from "@/ui/search-field";
import { Message } from "@/ui/states";
import { Chip, StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { content, type PolicyRow } from "./shapes";

const COLUMNS: readonly Column<PolicyRow>[] = [
  { id: "name", header: "Policy", cell: (row) => <Name>{row.name}</Name>, value: (row) => row.name, width: 200, grow: 2, phone: "title" },
  { id: "description", header: "About", cell: (row) => <Name fallback="–">{row.description}</Name>, value: (row) => row.description, width: 240, grow: 3, phone: "line" },
  { id: "severity", header: "Severity", cell: (row) => <StatusBadge state={row.severity} />, value: (row) => row.severity, width: 100, grow: 0 },
  { id: "enabled", header: "State", cell: (row) => <StatusBadge state={row.enabled ? "enabled" : "disabled"} />, value: (row) => row.enabled, width: 100, grow: 0, phone: "side" },
  {
    id: "scope",
    header: "For",
    cell: (row) => (row.platforms.length + row.labels.length ? <span className="flex gap-1 overflow-hidden">{[...row.platforms, ...row.labels].map((each) => <Chip key={each}>{each}</Chip>)}</span> : "every device"),
    value: (row) => [...row.platforms, ...row.labels],
    width: 180,
    grow: 2,
  },
  { id: "rules", header: "Rules", cell: (row) => row.rules.length, value: (row) => row.rules.length, width: 70, grow: 0, align: "right" },
  { id: "changed", header: "Changed", cell: (row) => <><Time at={row.changed_at} relative /> by <bdi>{row.changed_by}</bdi></>, value: (row) => row.changed_at, width: 170 },
];
const STATES = [{ value: "", label: "On and off" }, { value: "true", label: "Enabled" }, { value: "false", label: "Disabled" }];

export function PolicyList() {
  const [{ q = "", enabled = "" }, set] = useUrlState();
  const can = useCan();
  const ask = useAsk();
  const turn = useCommand(
    ({ rows, on, reason }: { rows: PolicyRow[]; on: boolean; reason: string }) =>
      Promise.all(rows.map((row) => answered(client.PUT("/api/v1/config/policies/{policy}", { params: { path: { policy: row.id } }, body: { ...content(row), enabled: on, reason } })))),
    { done: (rows) => `${String(rows.length)} switched; configurations are checked anew` },
  );
  async function onTurn(rows: PolicyRow[], on: boolean, clear: () => void) {
    const given = await ask({
      title: `${on ? "Enable" : "Disable"} ${rows.length === 1 ? (rows[0]?.name ?? "") : `${String(rows.length)} policies`}?`,
      description: on ? "Stored configurations are checked against it at once." : "Its findings are closed.",
      confirm: on ? "Enable" : "Disable",
    });
    if (!given) return;
    turn.mutate({ rows, on, reason: given.reason });
    clear();
  }
  return (
    <DataTable
      id="policies"
      label="Policies"
      className="h-[calc(100dvh-15rem)]"
      path="/api/v1/config/policies"
      query={{ q, enabled }}
      columns={COLUMNS}
      rowId={(row) => row.id}
      rowLink={(row) => `/policies/${row.id}`}
      filters={
        <>
          <SearchField label="Search" placeholder="Name or description" value={q} onSearch={(text) => { set({ q: text || undefined }); }} className="w-48" />
          <SelectField quiet label="State" className="w-32" options={STATES} value={enabled} onChange={({ target }) => { set({ enabled: target.value || undefined }); }} />
          {can("engineer") && (
            <Link to={"/policies/new" as never} className="inline-flex h-8 items-center gap-1.5 rounded-md border border-line-strong/60 bg-surface px-3 text-sm font-medium hover:bg-hover">
              <Plus aria-hidden className="size-4" />
              New policy
            </Link>
          )}
        </>
      }
      bulk={
        can("engineer")
          ? (rows, clear) => (
              <>
                <Button small busy={turn.isPending} onClick={() => void onTurn(rows, true, clear)}>Enable</Button>
                <Button small busy={turn.isPending} onClick={() => void onTurn(rows, false, clear)}>Disable</Button>
              </>
            )
          : undefined
      }
      empty={<Message icon={ScrollText} title="No policies">A policy is a list of lines that configurations must or must not have. Narrower filters may hide some.</Message>}
    />
  );
}
