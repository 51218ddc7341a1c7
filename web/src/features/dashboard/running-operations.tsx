/** What was asked of the network and is under way. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/query";
import { Name } from "@/ui/name";
import { Panel, ProgressBar } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { useProgress } from "@/live/feed";
import type { Schemas } from "@/api/client";

const FRESH_MS = 5_000;

export function RunningOperations() {
  const running = useQuery({ ...get("/api/v1/operations", { query: { state: "running", limit: 8 } }), refetchInterval: FRESH_MS });
  return (
    <Panel title="Running operations" flush>
      <QueryState query={running} compact empty={<p className="px-3 py-4 text-muted">Nothing is under way.</p>}>
        {({ items }) => <ul className="divide-y divide-line">{items.map((each) => <Line key={each.id} operation={each} />)}</ul>}
      </QueryState>
    </Panel>
  );
}

function Line({ operation }: { operation: Schemas["OperationRow"] }) {
  const live = useProgress().get(operation.id);
  const { done = 0, total = 0 } = (live ?? operation.progress) as { done?: number; total?: number };
  const words = operation.kind.replaceAll(/[._]/g, " ");
  return (
    <li className="flex items-center gap-3 px-3 py-1.5">
      <StatusBadge state={operation.state} />
      <span className="min-w-0 flex-1 truncate">{words} <span className="text-muted">by <Name>{operation.actor.name}</Name></span></span>
      <span className="w-24"><ProgressBar label={`Progress of ${words}`} value={total ? done / total : null} /></span>
      <span className="shrink-0 text-xs text-muted"><Time at={operation.started_at ?? operation.requested_at} relative /></span>
    </li>
  );
}
