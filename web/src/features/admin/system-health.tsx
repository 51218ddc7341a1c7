/** Whether Netledger itself is well. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { get } from "@/api/query";
import { Facts, Panel } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { count } from "@/ui/units";

const AGAIN_MS = 5_000;

export function SystemHealth() {
  const health = useQuery({ ...get("/api/v1/health"), refetchInterval: AGAIN_MS });
  return (
    <QueryState query={health}>
      {({ status, services, timestamp }) => (
        <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-4">
          <Panel title="Netledger" actions={<StatusBadge state={status} />}>
            <Facts items={[["Ledger position", count(services.projections.ledger_position)], ["As of", <Time key="at" at={timestamp} style="clock" />]]} />
          </Panel>
          <Panel title="PostgreSQL" actions={<StatusBadge state={services.postgres.status} />}>
            <p className="text-muted">The ledger, read models, vault and telemetry.</p>
          </Panel>
          <Panel title="NATS" actions={<StatusBadge state={services.nats.status} />}>
            <p className="text-muted">Carries operations to workers, and telemetry.</p>
          </Panel>
          <Panel title="Workers" actions={<StatusBadge state={services.workers.status} />}>
            <Facts items={[["Running", count(services.workers.count)], ["Each of them", <Link key="link" className="text-accent underline" to="/admin" search={{ tab: "workers" } as never}>Workers</Link>]]} />
          </Panel>
          <Panel title="Read models" actions={<StatusBadge state={services.projections.status} />} className="md:col-span-2">
            <Facts
              items={[
                ["Events behind", count(services.projections.lag)],
                ["Failed", services.projections.failed?.length ? services.projections.failed.join(", ") : "none"],
                ["Each of them", <Link key="link" className="text-accent underline" to="/admin" search={{ tab: "projections" } as never}>Projections</Link>],
              ]}
            />
          </Panel>
          <Panel title="More" className="md:col-span-2">
            <Facts items={[["Metrics", <a key="m" className="text-accent underline" href="/metrics">for Prometheus</a>], ["API", <a key="a" className="text-accent underline" href="/api/v1/docs">reference</a>], ["Ledger", <Link key="v" className="text-accent underline" to="/audit" search={{ verify: "1" } as never}>verify the hash chain</Link>]]} />
          </Panel>
        </div>
      )}
    </QueryState>
  );
}
