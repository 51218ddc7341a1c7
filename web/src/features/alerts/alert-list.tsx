/** The alerts: newest first, one or many acknowledged or resolved at once. */
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { BellRing, CheckCheck, CircleCheck, Eye } from "lucide-react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
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
import { count, metricName } from "@/ui/units";

type Row = Schemas["AlertRow"];

const STATES = ["firing", "acknowledged", "silenced", "resolved"];
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const options = (any: string, values: readonly string[]) => [{ value: "", label: any }, ...values.map((value) => ({ value, label: value }))];

export function AlertList() {
  const [{ state = "", severity = "", device_id = "", rule_id = "" }, set] = useUrlState();
  const can = useCan();
  const ask = useAsk();
  const summary = useQuery(get("/api/v1/alerts/summary"));
  const acknowledge = useCommand(
    ({ ids, reason }: { ids: string[]; reason: string }) => each(ids, (id) => client.POST("/api/v1/alerts/{alert}/acknowledge", { params: { path: { alert: id } }, body: { reason } })),
    { done: (done) => `${count(done)} acknowledged` },
  );
  const resolve = useCommand(
    ({ ids, reason }: { ids: string[]; reason: string }) => each(ids, (id) => client.POST("/api/v1/alerts/{alert}/resolve", { params: { path: { alert: id } }, body: { reason } })),
    { done: (done) => `${count(done)} resolved` },
  );
  const all = useCommand(
    (reason: string) =>
      answered(
        client.POST("/api/v1/alerts/acknowledge-all", {
          body: { filter: { severity: (severity || null) as Row["severity"] | null, device_id: device_id || null }, reason },
        }),
      ),
    { done: ({ acknowledged }) => `${count(acknowledged)} acknowledged` },
  );

  async function act(rows: Row[], how: "acknowledge" | "resolve", clear: () => void) {
    const verb = how === "acknowledge" ? "Acknowledge" : "Resolve";
    const given = await ask({ title: `${verb} ${rows.length === 1 ? "this alert" : `${count(rows.length)} alerts`}?`, confirm: verb });
    if (!given) return;
    (how === "acknowledge" ? acknowledge : resolve).mutate({ ids: rows.map((row) => row.id), reason: given.reason });
    clear();
  }
  async function acknowledgeAll() {
    const given = await ask({ title: "Acknowledge all that fire?", description: "Those that the severity and device filters name.", confirm: "Acknowledge" });
    if (given) all.mutate(given.reason);
  }

  const firing = summary.data?.by_state.firing ?? 0;
  return (
    <DataTable
      id="alerts"
      label="Alerts"
      className="h-[calc(100dvh-15rem)]"
      path="/api/v1/alerts"
      query={{ state, severity, device_id, rule_id }}
      columns={COLUMNS}
      rowId={(row) => row.id}
      rowLink={(row) => `/alerts/${row.id}`}
      filters={
        <>
          <SelectField quiet label="State" options={options("Any state", STATES)} value={state} onChange={(event) => { set({ state: event.target.value }); }} className="w-36" />
          <SelectField quiet label="Severity" options={options("Any severity", SEVERITIES)} value={severity} onChange={(event) => { set({ severity: event.target.value }); }} className="w-36" />
          {(device_id || rule_id) && <Button onClick={() => { set({ device_id: undefined, rule_id: undefined }); }}>Of one {device_id ? "device" : "rule"} ✕</Button>}
          {can("engineer") && firing > 0 && <Button icon={CheckCheck} busy={all.isPending} onClick={() => void acknowledgeAll()}>Acknowledge all</Button>}
        </>
      }
      bulk={
        can("engineer")
          ? (rows, clear) => (
              <>
                <Button small icon={Eye} busy={acknowledge.isPending} onClick={() => void act(rows, "acknowledge", clear)}>Acknowledge</Button>
                <Button small icon={CircleCheck} busy={resolve.isPending} onClick={() => void act(rows, "resolve", clear)}>Resolve</Button>
              </>
            )
          : undefined
      }
      empty={<Message icon={BellRing} title="No alerts" action={!state && !severity && <Link className="text-accent underline" to="/alerts" search={{ tab: "rules" } as never}>To the rules</Link>}>{state || severity ? "None is as the filters say." : "What the rules find shows here."}</Message>}
    />
  );
}

const COLUMNS: readonly Column<Row>[] = [
  { id: "title", header: "Alert", cell: (row) => <Name>{row.title}</Name>, value: (row) => row.title, width: 260, grow: 5, phone: "title" },
  { id: "device", header: "Device", cell: (row) => <Name fallback="–">{row.device_name}</Name>, value: (row) => row.device_name, width: 150, grow: 2, phone: "line" },
  { id: "severity", header: "Severity", cell: (row) => <StatusBadge state={row.severity} />, value: (row) => row.severity, width: 100, grow: 0, phone: "side" },
  { id: "state", header: "State", cell: (row) => <StatusBadge state={row.state} />, value: (row) => row.state, width: 144, grow: 0, phone: "line" },
  { id: "raised", header: "Raised", cell: (row) => <Time at={row.raised_at} relative />, value: (row) => row.raised_at, width: 110, grow: 0, phone: "line" },
  { id: "metric", header: "Metric", cell: (row) => (row.metric ? metricName(row.metric) : "–"), value: (row) => row.metric, width: 100, grow: 1 },
  { id: "interface", header: "Interface", cell: (row) => <Name fallback="–">{row.interface}</Name>, value: (row) => row.interface, width: 90, grow: 1 },
  { id: "source", header: "Source", cell: (row) => <Name fallback="–">{row.source}</Name>, value: (row) => row.source, width: 90, grow: 1 },
  { id: "by", header: "Acknowledged", cell: (row) => <Name fallback="–">{row.acknowledged_by}</Name>, value: (row) => row.acknowledged_by, width: 120, optional: true },
  { id: "times", header: "Times", cell: (row) => count(row.occurrence), value: (row) => row.occurrence, width: 70, grow: 0, align: "right" },
  { id: "resolved", header: "Resolved", cell: (row) => <Time at={row.resolved_at} relative />, value: (row) => row.resolved_at, optional: true },
];

/** One after the other; what is refused stops it, and how many were done is told. */
async function each(ids: readonly string[], act: (id: string) => Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<number> {
  let done = 0;
  for (const id of ids) {
    await answered(act(id));
    done += 1;
  }
  return done;
}
