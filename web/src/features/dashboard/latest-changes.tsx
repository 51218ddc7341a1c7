/** What happened last in the network. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { get } from "@/api/query";
import { ActorName, eventWords } from "@/ui/audit";
import { Name } from "@/ui/name";
import { Panel } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { Time } from "@/ui/time";

const SHOWN = 12;
/** Neither a change of the network nor of Netledger. */
const ROUTINE = ["user.logged_in.v1", "user.login_locked.v1", "credential.secret_read.v1", "finding.", "user.view_saved.v1", "user.view_forgotten.v1"];

export function LatestChanges() {
  const latest = useQuery(get("/api/v1/audit", { query: { limit: SHOWN, without: ROUTINE } }));
  return (
    <Panel title="Latest changes" flush actions={<Link className="text-xs text-accent underline" to="/audit">All</Link>}>
      <QueryState query={latest} compact empty={<p className="px-3 py-4 text-muted">Nothing happened yet.</p>}>
        {({ items }) => (
          <ul className="divide-y divide-line">
            {items.map((each) => (
              <li key={each.position} className="flex items-center gap-3 px-3 py-1.5">
                <Link to="/audit" search={{ event: String(each.position) } as never} className="flex min-w-0 flex-1 gap-2 hover:text-accent hover:underline">
                  <span className="min-w-0 shrink"><Name>{each.summary || eventWords(each.type)}</Name></span>
                  {each.device_name && !each.summary.includes(each.device_name) && <span className="max-w-[40%] shrink-0 text-muted"><Name>{each.device_name}</Name></span>}
                </Link>
                <span className="hidden shrink-0 text-xs text-muted 2xl:block"><ActorName entry={each} /></span>
                <span className="w-20 shrink-0 text-right text-xs text-muted"><Time at={each.occurred_at} relative /></span>
              </li>
            ))}
          </ul>
        )}
      </QueryState>
    </Panel>
  );
}
