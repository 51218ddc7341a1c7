/** Other settings over stored telemetry: which alerts they would have raised, beside those that were. */
import { useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import type { FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Panel, ProgressBar, Stat } from "@/ui/page";
import { Message, QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { count, duration, metricName } from "@/ui/units";
import { verdicts, type Verdicts } from "./verdicts";

const DAYS = [
  { value: "1", label: "The last day" },
  { value: "7", label: "The last week" },
  { value: "30", label: "The last 30 days" },
];

/** Runs that stand side by side. */
const MOST = 4;

export function Backtest({ device, metric }: { device: string; metric: string }) {
  const [{ runs: kept = "" }, set] = useUrlState();
  const runs = kept.split(",").filter(Boolean);
  const start = useCommand(async (body: Schemas["NewBacktest"]) => {
    const { operation_id } = await answered(client.POST("/api/v1/models/backtest", { body }));
    set({ runs: [operation_id, ...runs].slice(0, MOST).join(",") });
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const number = (name: string) => (form.get(name) === "" || form.get(name) === null ? null : Number(form.get(name)));
    const to = new Date();
    const settings: Schemas["TriedSettings"] = {};
    const threshold = number("threshold");
    const clear = number("clear_samples");
    const refractory = number("refractory_s");
    if (threshold !== null) settings.threshold = threshold;
    if (clear !== null) settings.clear_samples = clear;
    if (refractory !== null) settings.refractory_s = refractory;
    start.mutate({
      detector: form.get("detector") === "device" ? "device" : "series",
      settings,
      from: new Date(to.getTime() - Number(form.get("days")) * 86_400_000).toISOString(),
      to: to.toISOString(),
      ...(device && { device_id: device }),
      ...(metric && { metric }),
    });
  }

  return (
    <div className="flex flex-col gap-4">
      <Panel title="Try other settings">
        <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
          <SelectField label="Detector" name="detector" className="w-44" options={[{ value: "series", label: "Each series" }, { value: "device", label: "A device's metrics together" }]} />
          <SelectField label="Over" name="days" className="w-36" options={DAYS} defaultValue="7" />
          <TextField label="Alarms from score" name="threshold" type="number" min={0.5} max={0.999} step={0.001} placeholder="as now" className="w-32" />
          <TextField label="Calm samples to end" name="clear_samples" type="number" min={1} max={1000} placeholder="as now" className="w-36" />
          <TextField label="Quiet after (s)" name="refractory_s" type="number" min={0} placeholder="as now" className="w-32" />
          <Button type="submit" tone="primary" icon={FlaskConical} busy={start.isPending}>Try</Button>
        </form>
        <p className="mt-2 text-xs text-muted">{device ? "Of the chosen device" : "Of all devices that are watched"}{metric ? `, ${metricName(metric)} alone` : ""}. Two runs stand side by side.</p>
      </Panel>
      {runs.length === 0 ? (
        <Message icon={FlaskConical} title="Nothing tried yet">Empty fields mean the settings in force: run that first, to compare with.</Message>
      ) : (
        <div className="grid gap-4 xl:grid-cols-2">{runs.map((id) => <Run key={id} id={id} />)}</div>
      )}
    </div>
  );
}

/** What an operation tried, in words. */
function triedBy(row: Schemas["OperationRow"] | undefined): string {
  const { settings = {} } = (row?.params ?? {}) as { settings?: Record<string, unknown> };
  const tried = Object.entries(settings).filter(([, value]) => value !== null);
  return tried.map(([key, value]) => `${key.replaceAll("_", " ")} ${String(value)}`).join(", ") || "settings in force";
}

function Run({ id }: { id: string }) {
  const operation = useQuery({
    ...get("/api/v1/operations/{operation}", { path: { operation: id } }),
    refetchInterval: ({ state }) => (state.data && ["succeeded", "failed", "cancelled", "outcome_unknown"].includes(state.data.state) ? false : 1_000),
  });
  return (
    <Panel title={triedBy(operation.data)} actions={operation.data && <StatusBadge state={operation.data.state} />}>
      <QueryState query={operation} compact>
        {(row) => {
          if (row.state === "failed") return <p className="text-bad"><Name wrap>{row.error?.message}</Name></p>;
          if (row.result === null) {
            const { done = 0, total = 0 } = row.progress as { done?: number; total?: number };
            return <ProgressBar label="Progress of the backtest" value={total ? done / total : null} />;
          }
          return <Result told={verdicts(row.result)} />;
        }}
      </QueryState>
    </Panel>
  );
}

function Result({ told }: { told: Verdicts }) {
  return (
    <div className="flex flex-col gap-3">
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
        <Stat label="Would fire" value={count(told.fired)} note={`${count(told.new)} new`} />
        <Stat label="Would miss" value={count(told.missed)} note="found useful" />
        <Stat label="Would spare" value={count(told.spared)} note="found not useful" />
        <Stat label="Delay" value={told.delay_s === null ? "–" : told.delay_s < 0 ? `−${duration(-told.delay_s)}` : duration(told.delay_s)} note="against what was" />
      </div>
      <ol className="max-h-72 divide-y divide-line overflow-y-auto text-sm" tabIndex={0} aria-label="Alerts that would be raised">
        {told.alerts.map((each) => (
          <li key={`${each.device_id}/${each.metric}/${each.interface}/${each.at}`} className="flex gap-3 py-1.5">
            <Time at={each.at} style="short" />
            <span className="min-w-0 flex-1"><Name>{each.title}</Name></span>
            <span className="tabular-nums">{each.score.toFixed(2)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
