/** One customer: what the ledger says, what the router was seen to do, and what can be done. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CircleSlash, Pencil, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, pages, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { usePathParam } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Facts, Page, Panel, useTitle } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { duration } from "@/ui/units";
import { Drift } from "./drift";
import { Evidence } from "./evidence";
import { LiveTraffic } from "./live-traffic";
import { SecretDialog } from "./secret-dialog";
import { lastChange } from "./shapes";

export default function CustomerPage() {
  const id = usePathParam("id");
  const customer = useQuery(get("/api/v1/customers/{customer}", { path: { customer: id } }));
  useTitle(customer.data?.username ?? "Customer");
  return (
    <QueryState query={customer} skeleton={<Skeleton lines={10} className="p-5" />}>
      {(row) => <Customer row={row} readAt={customer.dataUpdatedAt - (row.session_age_s ?? 0) * 1000} />}
    </QueryState>
  );
}

function Customer({ row, readAt }: { row: Schemas["CustomerDetail"]; readAt: number }) {
  const can = useCan();
  const ask = useAsk();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const routerId = row.router_id ?? "";
  const router = useQuery({ ...get("/api/v1/routers/{router}", { path: { router: routerId } }), enabled: routerId !== "" });
  const change = lastChange(row.last_change);
  const cutOff = ["isolated", "isolation_requested", "not_effective"].includes(row.state);
  const isolate = useCommand((body: Schemas["IsolateRequest"]) => answered(client.POST("/api/v1/isolate", { body })), {
    done: ({ changed }) => (changed ? "Asked of the router" : "It is so already; nothing was changed"),
  });
  const remove = useCommand(
    (reason: string) => answered(client.DELETE("/api/v1/secret/{secret}", { params: { path: { secret: row.id } }, body: { reason } })),
    { done: "Asked of the router", onSuccess: () => void navigate({ to: "/customers" as never }) },
  );

  async function switchTo(isolated: boolean) {
    const given = await ask({
      title: `${isolated ? "Isolate" : "Release"} ${row.username}?`,
      description: isolated ? "The session is dropped, so that it takes effect at once." : "The secret becomes exactly what it was before.",
      confirm: isolated ? "Isolate" : "Release",
      danger: isolated,
      reasonRequired: isolated,
    });
    if (given) isolate.mutate({ isolated, router_id: routerId, username: row.username, reason: given.reason });
  }
  async function destroy() {
    const given = await ask({ title: `Delete the secret of ${row.username}?`, description: "The customer can dial in no more. The history stays.", confirm: "Delete", danger: true, reasonRequired: true });
    if (given) remove.mutate(given.reason);
  }

  // the list of sessions is read now and then: one that a later change ended is gone
  const session = row.session && !(change?.session?.state === "gone" && new Date(change.at).getTime() > readAt) ? row.session : null;
  const deleted = row.state === "deleted";
  return (
    <Page
      title={<Name>{row.username}</Name>}
      subtitle={
        <>
          <StatusBadge state={row.state} /> since <Time at={row.since} /> on{" "}
          {routerId ? <Link className="text-accent underline" to={`/routers/${routerId}` as never}><Name wrap>{router.data?.name ?? "its router"}</Name></Link> : "no router"}
        </>
      }
      actions={
        can("engineer") && !deleted && (
          <>
            {cutOff ? (
              <Button tone="primary" icon={Undo2} busy={isolate.isPending} onClick={() => void switchTo(false)}>Release</Button>
            ) : (
              <Button tone="danger" icon={CircleSlash} busy={isolate.isPending} onClick={() => void switchTo(true)}>Isolate</Button>
            )}
            <Button icon={Pencil} onClick={() => { setEditing(true); }}>Change</Button>
            <Button icon={Trash2} busy={remove.isPending} onClick={() => void destroy()}>Delete</Button>
          </>
        )
      }
    >
      {row.drifted && <Drift customer={row.id} drift={row.drift} />}
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title="Secret">
          <Facts
            items={[
              ["Profile", <Name key="profile" fallback="–">{row.profile}</Name>],
              ["Service", row.service],
              ["Fixed address", row.remote_address],
              ["Caller id", row.caller_id],
              ["Disabled", row.disabled ? "yes" : "no"],
              ["Password", row.password_known ? "in the vault" : "not known here"],
              ["Comment", row.comment && <Name key="comment" wrap>{row.comment}</Name>],
              ["Known since", <Time key="added" at={row.added_at} />],
            ]}
          />
        </Panel>
        <Panel title="Session">
          {session ? (
            <Facts
              items={[
                ["Address", session.address],
                ["Caller id", session.caller_id],
                ["Online for", duration(session.uptime_s)],
                ["Service", session.service],
                ["Read", `${duration(row.session_age_s)} ago`],
              ]}
            />
          ) : (
            <Message title="Not online" className="py-4">{cutOff ? "As it should be." : "No session was seen when the router was last read."}</Message>
          )}
        </Panel>
      </div>
      {routerId && !deleted && session && <LiveTraffic router={routerId} user={row.username} />}
      <Panel title="Evidence of the last change">
        {change ? (
          <div className="flex flex-col gap-3">
            <p className="text-sm text-muted">
              {change.requested && (
                <>
                  Asked for by <Name wrap>{change.requested.actor.name}</Name> at <Time at={change.requested.at} />
                  {change.requested.reason && <>: “<Name wrap>{change.requested.reason}</Name>”</>}.{" "}
                </>
              )}
              {change.method && <>By {change.method}. </>}
              {change.session && <>The session is {change.session.state}{change.session.detail && ` (${change.session.detail})`}. </>}
              {change.changed_router === false && <>Nothing had to be changed on the router. </>}
            </p>
            {change.notes.length > 0 && (
              <ul className="list-disc pl-5 text-sm text-warn">
                {change.notes.map((note) => <li key={note}><Name wrap>{note}</Name></li>)}
              </ul>
            )}
            {change.evidence.length > 0 && <Evidence steps={change.evidence} />}
          </div>
        ) : (
          <Message title="Nothing was changed yet" className="py-4">After an isolation or release, each step is shown here as the router was seen to take it.</Message>
        )}
      </Panel>
      <History customer={row.id} />
      <SecretDialog open={editing} onOpenChange={setEditing} customer={row} />
    </Page>
  );
}

function History({ customer }: { customer: string }) {
  const history = useInfiniteQuery(pages("/api/v1/audit", { query: { customer_id: customer } }, 50));
  const items = (history.data?.pages ?? []).flatMap((page) => page.items);
  return (
    <Panel title="History" flush>
      {history.isPending ? (
        <Skeleton className="p-3" />
      ) : (
        <ol className="divide-y divide-line">
          {items.map((each) => (
            <li key={each.position} className="flex flex-wrap gap-x-3 px-3 py-2 text-sm">
              <span className="w-40 shrink-0 text-muted"><Time at={each.occurred_at} /></span>
              <Link className="min-w-0 flex-1 hover:underline" to={"/audit" as never} search={{ event: String(each.position) } as never}>
                <Name wrap>{each.summary}</Name>
              </Link>
              <span className="text-muted"><Name wrap>{each.actor.name}</Name></span>
              {each.reason && <span className="w-full pl-0 text-xs text-muted sm:pl-43">“<Name wrap>{each.reason}</Name>”</span>}
            </li>
          ))}
        </ol>
      )}
      {history.hasNextPage && (
        <div className="border-t border-line p-2">
          <Button small busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>Earlier</Button>
        </div>
      )}
    </Panel>
  );
}
