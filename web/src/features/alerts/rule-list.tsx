/** The rules: what raises an alert, where, and how grave it is. */
import { Plus, ShieldAlert } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { Name } from "@/ui/name";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { RuleDialog } from "./rule-dialog";
import { conditionText, scopeText } from "./shapes";

type Row = Schemas["RuleBody"];

const COLUMNS: readonly Column<Row>[] = [
  { id: "name", header: "Rule", cell: (row) => <Name>{row.name}</Name>, value: (row) => row.name, width: 180, grow: 2, phone: "title" },
  { id: "severity", header: "Severity", cell: (row) => <StatusBadge state={row.severity ?? "medium"} />, value: (row) => row.severity, width: 100, grow: 0, phone: "side" },
  { id: "condition", header: "When", cell: (row) => <Name>{conditionText(row.condition)}</Name>, value: (row) => conditionText(row.condition), width: 340, grow: 5, phone: "line" },
  { id: "scope", header: "Where", cell: (row) => <Name>{scopeText(row.scope)}</Name>, value: (row) => scopeText(row.scope), width: 130, grow: 2 },
  { id: "enabled", header: "State", cell: (row) => <StatusBadge state={row.enabled === false ? "disabled" : "enabled"} />, value: (row) => row.enabled !== false, width: 100, grow: 0 },
  { id: "version", header: "Version", cell: (row) => row.version, value: (row) => row.version, width: 80, grow: 0, align: "right" },
  { id: "changed", header: "Changed", cell: (row) => <Time at={row.changed_at} relative />, value: (row) => row.changed_at, width: 110, grow: 0 },
  { id: "by", header: "By", cell: (row) => <Name>{row.changed_by}</Name>, value: (row) => row.changed_by, width: 110, optional: true },
];

export function RuleList() {
  const can = useCan();
  const [creating, setCreating] = useState(false);
  return (
    <>
      <DataTable
        id="alert-rules"
        label="Alert rules"
        className="h-[calc(100dvh-15rem)]"
        path="/api/v1/alert-rules"
        columns={COLUMNS}
        rowId={(row) => row.id}
        rowLink={(row) => `/alert-rules/${row.id}`}
        filters={can("engineer") && <Button icon={Plus} onClick={() => { setCreating(true); }}>New rule</Button>}
        empty={<Message icon={ShieldAlert} title="No rules">Without rules no alert is raised of what is measured. Begin with one of the templates.</Message>}
      />
      <RuleDialog open={creating} onOpenChange={setCreating} />
    </>
  );
}
