/** What fires now, the gravest first. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { get } from "@/api/query";
import { Name } from "@/ui/name";
import { Panel } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";

const ORDER = ["critical", "high", "medium", "low", "info"];
const SHOWN = 8;

export function FiringAlerts() {
  const alerts = useQuery(get("/api/v1/alerts", { query: { state: "firing", limit: 100 } }));
  // where thousands fire, the critical ones may be far down
  const critical = useQuery(get("/api/v1/alerts", { query: { state: "firing", severity: "critical", limit: SHOWN } }));
  return (
    <Panel title="Firing alerts" flush>
      <QueryState query={alerts} compact empty={<p className="px-3 py-4 text-muted">Nothing fires.</p>}>
        {({ items }) => (
          <ul className="divide-y divide-line">
            {[...(critical.data?.items ?? []), ...items.filter(({ severity }) => severity !== "critical" || !critical.data)].sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity)).slice(0, SHOWN).map((each) => (
              <li key={each.id} className="flex items-center gap-3 px-3 py-1.5">
                <StatusBadge state={each.severity} className="w-20" />
                <span className="flex min-w-0 flex-1 flex-col sm:flex-row sm:gap-3">
                  <Link to={`/alerts/${each.id}`} className="min-w-0 flex-1 hover:text-accent hover:underline"><Name>{each.title}</Name></Link>
                  {each.device_name && !each.title.includes(each.device_name) && <span className="min-w-0 text-muted sm:max-w-[40%] sm:shrink-0"><Name>{each.device_name}</Name></span>}
                </span>
                <span className="shrink-0 text-xs text-muted"><Time at={each.raised_at} relative /></span>
              </li>
            ))}
          </ul>
        )}
      </QueryState>
    </Panel>
  );
}
