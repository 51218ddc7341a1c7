/** What was asked of the network and is under way, with live progress; and what ended lately. */
import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { useEvents, useProgress, type Progress } from "@/live/feed";
import { Button } from "@/ui/button";
import { useAsk } from "@/ui/reason-dialog";
import { ProgressBar } from "@/ui/page";
import { Popover } from "@/ui/popover";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { toast } from "@/ui/toast-store";
import { count, duration } from "@/ui/units";

type Operation = Schemas["OperationRow"];
const RUNNING = new Set(["requested", "running"]);

export function Operations() {
  const [open, setOpen] = useState(false);
  const list = useQuery(get("/api/v1/operations", { query: { limit: 30 } }));
  const running = list.data?.items.filter(({ state }) => RUNNING.has(state)) ?? [];

  useEvents(["operation.failed.v1", "operation.outcome_unknown.v1"], ({ type, aggregate_id }) => {
    const known = list.data?.items.find(({ id }) => id === aggregate_id);
    toast({ tone: type.includes("failed") ? "bad" : "warn", title: `${known ? words(known.kind) : "An operation"} ${type.includes("failed") ? "failed" : "has an unknown outcome"}` });
  });

  const label = running.length === 0 ? "Operations, none running" : `Operations, ${String(running.length)} running`;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label="Operations"
      className="w-[min(26rem,calc(100vw-1rem))]"
      trigger={
        <button type="button" aria-label={label} title={label} className="relative inline-flex h-8 min-w-8 items-center justify-center gap-1 rounded-md px-1.5 text-muted hover:bg-hover hover:text-text">
          <Activity aria-hidden className="size-4" />
          {running.length > 0 && <span className="rounded bg-accent px-1 text-xs font-medium text-on-accent">{running.length}</span>}
        </button>
      }
    >
      <h2 className="mb-2 text-sm font-semibold">Operations</h2>
      <div className="max-h-[60dvh] overflow-y-auto">
        <QueryState query={list} compact empty={<p className="py-2 text-sm text-muted">Nothing was asked of the network yet.</p>}>
          {({ items }) => (
            <ul className="flex flex-col divide-y divide-line">
              {[...items].sort((a, b) => Number(RUNNING.has(b.state)) - Number(RUNNING.has(a.state))).slice(0, 15).map((each) => <Line key={each.id} operation={each} />)}
            </ul>
          )}
        </QueryState>
      </div>
    </Popover>
  );
}

function Line({ operation }: { operation: Operation }) {
  const can = useCan();
  const ask = useAsk();
  const live = useProgress().get(operation.id);
  const running = RUNNING.has(operation.state);
  const cancel = useCommand(
    (reason: string) => answered(client.POST("/api/v1/operations/{operation}/cancel", { params: { path: { operation: operation.id } }, body: { reason } })),
    { done: "Cancelled" },
  );
  async function onCancel() {
    const given = await ask({ title: `Cancel ${words(operation.kind)}?`, description: "What was done until now stays done.", confirm: "Cancel it", danger: true });
    if (given) cancel.mutate(given.reason);
  }
  const { done, total, eta } = howFar(operation, live);
  const failed = Number((operation.result as { failed?: unknown } | null)?.failed ?? 0);
  return (
    <li className="py-2">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-medium">{words(operation.kind)}</span>
        <StatusBadge state={operation.state} />
        <span className="text-xs text-muted"><Time at={operation.ended_at ?? operation.requested_at} relative /></span>
      </div>
      {operation.reason && <p className="truncate text-xs text-muted">{operation.reason}</p>}
      {running && (
        <div className="mt-1.5 flex items-center gap-2">
          <ProgressBar label={`Progress of ${words(operation.kind)}`} value={total ? done / total : null} />
          <span className="shrink-0 text-xs text-muted">{total ? `${count(done)} of ${count(total)}` : "waiting"}{eta !== null && eta > 0 ? `, ${duration(eta)}` : ""}</span>
          {can("engineer") && <Button small tone="quiet" busy={cancel.isPending || operation.cancelling} onClick={() => void onCancel()}>Cancel</Button>}
        </div>
      )}
      {operation.state === "succeeded" && failed > 0 && <p className="text-xs text-warn">{count(failed)} of {count(total)} failed</p>}
      {operation.error && <p className="text-xs break-words text-bad">{textOf(operation.error.message)}</p>}
    </li>
  );
}

/** The freshest of what the list and the live frames say. */
export function howFar(operation: Pick<Operation, "progress">, live: Progress | undefined): { done: number; total: number; eta: number | null } {
  const told = operation.progress as { done?: unknown; total?: unknown; eta_s?: unknown };
  const number = (value: unknown) => (typeof value === "number" ? value : 0);
  const fresher = live && number(live.done) >= number(told.done) ? live : told;
  return { done: number(fresher.done), total: number(fresher.total), eta: typeof fresher.eta_s === "number" ? fresher.eta_s : null };
}

function words(kind: string): string {
  const text = kind.replaceAll(/[._]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
