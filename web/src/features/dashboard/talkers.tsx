/** The interfaces that move most at this moment. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { get } from "@/api/query";
import { Name } from "@/ui/name";
import { Panel } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { rate } from "@/ui/units";

const SHOWN = 8;
const FRESH_MS = 10_000;

export function Talkers() {
  const talkers = useQuery({ ...get("/api/v1/telemetry/talkers", { query: { limit: SHOWN } }), refetchInterval: FRESH_MS });
  return (
    <Panel title="Top talkers" flush actions={<Link className="text-xs text-accent underline" to="/telemetry">Telemetry</Link>}>
      <QueryState query={talkers} compact isEmpty={({ items }) => items.length === 0} empty={<p className="px-3 py-4 text-muted">No traffic was measured in the last minutes.</p>}>
        {({ items }) => (
          <table className="w-full table-fixed">
            <thead className="text-xs text-muted">
              <tr>
                <th scope="col" className="px-3 py-1.5 text-left font-medium">Interface</th>
                <th scope="col" className="w-24 px-3 py-1.5 text-right font-medium">Received</th>
                <th scope="col" className="w-24 px-3 py-1.5 text-right font-medium">Sent</th>
              </tr>
            </thead>
            <tbody>
              {items.map((each) => (
                <tr key={`${each.device_id}/${each.interface}`} className="border-t border-line">
                  <td className="truncate px-3 py-1.5">
                    <Link to="/telemetry" search={{ device: each.device_id, interface: each.interface } as never} className="flex gap-2 hover:text-accent hover:underline"><span className="max-w-[60%] min-w-0"><Name>{each.device_name}</Name></span><span className="min-w-0 flex-1 text-muted"><Name>{each.interface}</Name></span></Link>
                  </td>
                  <td className="px-3 py-1.5 text-right whitespace-nowrap">{rate(each.in_bps)}</td>
                  <td className="px-3 py-1.5 text-right whitespace-nowrap">{rate(each.out_bps)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </QueryState>
    </Panel>
  );
}
