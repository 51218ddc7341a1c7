/** Findings: filtered, looked at, accepted. */
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import type { Schemas } from "@/api/client";
import { get } from "@/api/query";
import { Button } from "@/ui/button";
import { DevicePicker } from "@/ui/device-picker";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { count } from "@/ui/units";
import { FindingDrawer } from "./finding-drawer";
import { SEVERITIES, STATE_TONES } from "./shapes";

type Row = Schemas["FindingRow"];

const COLUMNS: readonly Column<Row>[] = [
  { id: "title", header: "Finding", cell: (row) => <Name>{row.title}</Name>, value: (row) => row.title, width: 220, grow: 3, phone: "title" },
  { id: "severity", header: "Severity", cell: (row) => <StatusBadge state={row.severity} />, value: (row) => row.severity, width: 100, grow: 0, phone: "side" },
  { id: "device", header: "Device", cell: (row) => <Name fallback="–">{row.device_name}</Name>, value: (row) => row.device_name, width: 150, grow: 2, phone: "line" },
  { id: "policy", header: "Policy", cell: (row) => <Name>{row.policy}</Name>, value: (row) => row.policy, width: 160, grow: 2 },
  { id: "state", header: "State", cell: (row) => <StatusBadge state={row.state} tone={STATE_TONES[row.state] ?? "idle"} />, value: (row) => row.state, width: 100, grow: 0, phone: "line" },
  { id: "count", header: "Places", cell: (row) => count(row.count), value: (row) => row.count, width: 70, grow: 0, align: "right" },
  { id: "opened", header: "Since", cell: (row) => <Time at={row.opened_at} relative />, value: (row) => row.opened_at, width: 110, grow: 0 },
  { id: "remediation", header: "Remediation", cell: (row) => <Name fallback="–">{row.remediation}</Name>, value: (row) => row.remediation, optional: true, width: 220 },
  { id: "rule", header: "Rule", cell: (row) => <code>{row.rule_id}</code>, value: (row) => row.rule_id, optional: true },
];

const STATES = [
  { value: "open", label: "Open" },
  { value: "accepted", label: "Accepted" },
  { value: "closed", label: "Closed" },
  { value: "any", label: "Any state" },
];

export function FindingList() {
  const [{ state = "open", severity = "", policy_id = "", device_id = "", finding }, set] = useUrlState();
  const policies = useQuery(get("/api/v1/config/policies", { query: { limit: 500 } }));
  const filtered = Boolean(severity || policy_id || device_id || state !== "open");
  return (
    <>
      <DataTable
        id="findings"
        label="Findings"
        className="h-[calc(100dvh-15rem)]"
        path="/api/v1/config/findings"
        query={{ state: state === "any" ? "" : state, severity, policy_id, device_id }}
        columns={COLUMNS}
        rowId={(row) => row.id}
        onRow={(row) => { set({ finding: row.id }, true); }}
        filters={
          <>
            <SelectField quiet label="State" className="w-32" options={STATES} value={state} onChange={({ target }) => { set({ state: target.value === "open" ? undefined : target.value }); }} />
            <SelectField quiet label="Severity" className="w-36" options={[{ value: "", label: "Any severity" }, ...SEVERITIES.map((value) => ({ value, label: value }))]} value={severity} onChange={({ target }) => { set({ severity: target.value || undefined }); }} />
            <SelectField
              quiet
              label="Policy"
              className="w-48"
              options={[{ value: "", label: "Any policy" }, ...(policies.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
              value={policy_id}
              onChange={({ target }) => { set({ policy_id: target.value || undefined }); }}
            />
            <DevicePicker value={device_id} onChange={(id) => { set({ device_id: id }); }} />
            {filtered && <Button small onClick={() => { set({ state: undefined, severity: undefined, policy_id: undefined, device_id: undefined }); }}>All open ones</Button>}
          </>
        }
        empty={
          <Message icon={CircleCheck} title={filtered ? "Nothing was found here" : "Nothing is open"} action={!filtered && <Link className="text-accent underline" to="/configs">To the configurations</Link>}>
            {filtered ? "Wider filters may show more." : "Configurations are checked once they are stored: back devices up, and switch on the policies that matter to you."}
          </Message>
        }
      />
      <FindingDrawer id={finding ?? null} onClose={() => { set({ finding: undefined }); }} />
    </>
  );
}
