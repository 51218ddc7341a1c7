/** Read models: how far each is, and building one anew beside the copy that serves. */
import { useQuery } from "@tanstack/react-query";
import { Hammer } from "lucide-react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useProgress } from "@/live/feed";
import { Button } from "@/ui/button";
import { ProgressBar } from "@/ui/page";
import { PlainTable } from "@/ui/plain-table";
import { useAsk } from "@/ui/reason-dialog";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { count } from "@/ui/units";

type Standing = Schemas["ProjectionStanding"];
const AGAIN_MS = 3_000;

export function Projections() {
  const list = useQuery({ ...get("/api/v1/projections", { query: { limit: 100 } }), refetchInterval: AGAIN_MS });
  return (
    <QueryState query={list}>
      {({ items }) => (
        <PlainTable
          label="Projections"
          rows={items}
          rowKey={({ name }) => name}
          columns={[
            { header: "Projection", cell: (row) => <span className="font-medium">{row.name}</span> },
            { header: "State", cell: (row) => <StatusBadge state={row.state} tone={row.state === "running" ? "ok" : undefined} /> },
            { header: "Position", align: "right", cell: (row) => count(row.position) },
            { header: "Behind", align: "right", cell: (row) => count(row.lag) },
            { header: "Rows", align: "right", cell: (row) => count(row.rows) },
            { header: "Version", align: "right", wide: true, cell: (row) => row.version },
            { header: "Moved", align: "right", wide: true, cell: (row) => <Time at={row.updated_at} relative /> },
            { header: "Rebuild", cell: (row) => <Rebuild standing={row} /> },
          ]}
        />
      )}
    </QueryState>
  );
}

function Rebuild({ standing }: { standing: Standing }) {
  const ask = useAsk();
  const running = standing.rebuild as { operation_id?: string; done?: number; total?: number; position?: number; target?: number } | null | undefined;
  const live = useProgress().get(running?.operation_id ?? "");
  const start = useCommand((reason: string) => answered(client.POST("/api/v1/projections/{name}/rebuild", { params: { path: { name: standing.name } }, body: { reason } })), { done: "Rebuilding: reads go on meanwhile" });
  async function onStart() {
    const given = await ask({ title: `Rebuild ${standing.name}?`, description: "A new copy is built from the ledger beside the one that serves, and takes its place when it has caught up.", confirm: "Rebuild" });
    if (given) start.mutate(given.reason);
  }
  if (standing.error) return <span className="text-bad">{standing.error}</span>;
  if (running) {
    const done = live?.done ?? running.done ?? running.position ?? 0;
    const total = live?.total ?? running.total ?? running.target ?? 0;
    return (
      <div className="min-w-32">
        <ProgressBar label={`Rebuilding ${standing.name}`} value={total ? done / total : null} />
        <span className="text-xs text-muted">{count(done)} of {count(total)} events</span>
      </div>
    );
  }
  return <Button small icon={Hammer} busy={start.isPending} onClick={() => void onStart()}>Rebuild…</Button>;
}
