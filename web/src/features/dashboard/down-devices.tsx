/** Devices that do not answer, the latest first. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { get } from "@/api/query";
import { Name } from "@/ui/name";
import { Panel } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";

export function DownDevices() {
  const down = useQuery(get("/api/v1/inventory/devices", { query: { status: "down", sort: "-status_since", limit: 8 } }));
  return (
    <Panel title="Down devices" flush>
      <QueryState query={down} compact empty={<p className="px-3 py-4 text-muted">Every device answers.</p>}>
        {({ items }) => (
          <ul className="divide-y divide-line">
            {items.map((each) => (
              <li key={each.id} className="flex items-center gap-3 px-3 py-1.5">
                <StatusBadge state={each.status} />
                <Link to={`/devices/${each.id}`} className="min-w-0 flex-1 hover:text-accent hover:underline"><Name>{each.name || each.address}</Name></Link>
                <span className="shrink-0 text-xs text-muted">since <Time at={each.status_since} relative /></span>
              </li>
            ))}
          </ul>
        )}
      </QueryState>
    </Panel>
  );
}
