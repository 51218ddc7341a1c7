/** One alert: what it is, what changed just before it, and why somebody was, or was not, told. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BellOff, CircleCheck, Eye, RotateCcw, ThumbsDown, ThumbsUp, Undo2 } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { usePathParam } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Facts, Page, Panel, useTitle } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { Chip, StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { metricName } from "@/ui/units";
import { AlertChart } from "./alert-chart";
import { Evaluation } from "./evaluation";
import { details, known } from "./shapes";
import { SilenceDialog } from "./silence-dialog";

export default function AlertPage() {
  const id = usePathParam("id");
  const alert = useQuery(get("/api/v1/alerts/{alert}", { path: { alert: id } }));
  useTitle(alert.data?.title ?? "Alert");
  return (
    <QueryState query={alert} skeleton={<Skeleton lines={10} className="p-5" />}>
      {(row) => <Alert row={row} />}
    </QueryState>
  );
}

/** As `details` names it. */
/** Details that name something of ours lead to it. */
const LEADS: Record<string, readonly [path: string, words: string]> = { "Policy id": ["/policies/", "the broken policy"], "Customer id": ["/customers/", "the customer"] };

type Step = "acknowledge" | "resolve" | "reopen";
const VERBS: Record<Step, string> = { acknowledge: "Acknowledge", resolve: "Resolve", reopen: "Reopen" };

function Alert({ row }: { row: Schemas["AlertDetail"] }) {
  const can = useCan();
  const ask = useAsk();
  const [silencing, setSilencing] = useState(false);
  const params = { path: { alert: row.id } };
  const step = useCommand(({ how, reason }: { how: Step; reason: string }) => {
    if (how === "acknowledge") return answered(client.POST("/api/v1/alerts/{alert}/acknowledge", { params, body: { reason } }));
    if (how === "resolve") return answered(client.POST("/api/v1/alerts/{alert}/resolve", { params, body: { reason } }));
    return answered(client.POST("/api/v1/alerts/{alert}/reopen", { params, body: { reason } }));
  });
  const judge = useCommand((useful: boolean | null) => answered(client.POST("/api/v1/alerts/{alert}/feedback", { params, body: { useful } })), { done: "Thank you" });
  const device = useQuery({ ...get("/api/v1/inventory/devices/{device}", { path: { device: row.device_id ?? "" } }), enabled: row.device_id !== null });

  async function take(how: Step) {
    const given = await ask({ title: `${VERBS[how]} this alert?`, confirm: VERBS[how] });
    if (given) step.mutate({ how, reason: given.reason });
  }

  const standing = row.state !== "resolved";
  return (
    <Page
      title={<Name>{row.title}</Name>}
      subtitle={
        <span className="flex flex-wrap items-center gap-2">
          <StatusBadge state={row.severity} /> <StatusBadge state={row.state} /> raised <Time at={row.raised_at} relative />
          {row.occurrence > 1 && <Chip>for the {String(row.occurrence)}th time</Chip>}
        </span>
      }
      actions={
        can("engineer") && (
          <>
            {row.state === "firing" && <Button tone="primary" icon={Eye} busy={step.isPending} onClick={() => void take("acknowledge")}>Acknowledge</Button>}
            {standing && <Button icon={CircleCheck} busy={step.isPending} onClick={() => void take("resolve")}>Resolve</Button>}
            {!standing && <Button icon={RotateCcw} busy={step.isPending} onClick={() => void take("reopen")}>Reopen</Button>}
            <Button icon={BellOff} onClick={() => { setSilencing(true); }}>Silence</Button>
          </>
        )
      }
    >
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel title="What">
          <Facts
            items={known([
              ["Device", row.device_id && <Link key="device" className="text-accent underline" to={`/devices/${row.device_id}` as never}><Name wrap>{device.data?.name ?? "its device"}</Name></Link>],
              ["Metric", row.metric && metricName(row.metric)],
              ["Interface", row.interface && <Name key="interface">{row.interface}</Name>],
              ["Rule", row.rule_id && <Link key="rule" className="text-accent underline" to={`/alert-rules/${row.rule_id}` as never}>version {String(row.rule_version)}</Link>],
              ["Source", row.source],
              ["Acknowledged", row.acknowledged_at && <span key="ack"><Name wrap>{row.acknowledged_by}</Name>, <Time at={row.acknowledged_at} /></span>],
              ["Resolved", row.resolved_at && <span key="resolved"><Name wrap>{row.resolved_by}</Name>, <Time at={row.resolved_at} /></span>],
              ["Reason", row.reason && <Name key="reason" wrap>{row.reason}</Name>],
              ...details(row.detail).map(([name, value]) => [name, LEADS[name] ? <Link key={name} className="text-accent underline" to={`${LEADS[name][0]}${value}` as never}>{LEADS[name][1]}</Link> : <span key={name}>{value.split("\n").map((line) => <span key={line} className="block"><Name wrap>{line}</Name></span>)}</span>] as const),
            ])}
          />
          {can("engineer") && (
            <div className="mt-3 flex flex-wrap items-center gap-2 border-t border-line pt-3 text-sm text-muted">
              Was it worth telling?
              <Button small icon={ThumbsUp} aria-pressed={row.useful === true} tone={row.useful === true ? "primary" : "plain"} onClick={() => { judge.mutate(row.useful === true ? null : true); }}>Yes</Button>
              <Button small icon={ThumbsDown} aria-pressed={row.useful === false} tone={row.useful === false ? "primary" : "plain"} onClick={() => { judge.mutate(row.useful === false ? null : false); }}>No</Button>
            </div>
          )}
        </Panel>
        <Preceding row={row} />
      </div>
      {row.device_id && row.metric && <AlertChart row={row} device={row.device_id} />}
      <Evaluation alert={row.id} />
      <SilenceDialog open={silencing} onOpenChange={setSilencing} alert={row} deviceName={device.data?.name ?? ""} />
    </Page>
  );
}

/** What was done in the hour before, on the device and its neighbours; each can be taken back from here. */
function Preceding({ row }: { row: Schemas["AlertDetail"] }) {
  const can = useCan();
  const ask = useAsk();
  const revert = useCommand(
    ({ position, reason }: { position: number; reason: string }) =>
      answered(client.POST("/api/v1/audit/{position}/revert", { params: { path: { position } }, body: { dry_run: false, reason } })),
    { done: "Taken back" },
  );

  async function takeBack(change: Schemas["PrecedingChange"]) {
    let preview: Schemas["Reverted"];
    try {
      preview = await answered(client.POST("/api/v1/audit/{position}/revert", { params: { path: { position: change.position } }, body: { dry_run: true, reason: "" } }));
    } catch {
      revert.mutate({ position: change.position, reason: "" }); // says why it cannot be
      return;
    }
    const given = await ask({
      title: "Take this change back?",
      description: change.summary,
      preview: (
        <ul className="list-disc pl-5 text-sm">
          {preview.changes.map((each) => <li key={each.field}>{each.field}: <Name wrap>{`${JSON.stringify(each.old)} → ${JSON.stringify(each.new)}`}</Name></li>)}
          {preview.changes.length === 0 && preview.events.map((each) => <li key={each}>{each}</li>)}
        </ul>
      ),
      confirm: "Take back",
      danger: true,
      reasonRequired: true,
    });
    if (given) revert.mutate({ position: change.position, reason: given.reason });
  }

  return (
    <Panel title="Changed in the hour before" flush>
      {row.preceding_changes.length === 0 ? (
        <Message title="Nothing was changed" className="py-6">Neither on this device nor on its neighbours, as far as the ledger knows.</Message>
      ) : (
        <ol className="max-h-96 divide-y divide-line overflow-y-auto" tabIndex={0} aria-label="Changes in the hour before">
          {row.preceding_changes.map((each) => (
            <li key={each.position} className="flex items-start gap-2 px-3 py-2 text-sm">
              <div className="min-w-0 flex-1">
                <Name wrap>{each.summary}</Name>
                <div className="text-xs text-muted">
                  <Time at={each.occurred_at} /> · <Name wrap>{each.actor}</Name>
                  {each.on_neighbour && <> · <Chip>neighbour</Chip></>}
                  {each.reason && <> · “<Name wrap>{each.reason}</Name>”</>}
                </div>
              </div>
              {can("engineer") && each.revertible && <Button small icon={Undo2} busy={revert.isPending} onClick={() => void takeBack(each)}>Revert</Button>}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
