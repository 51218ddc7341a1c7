/** One router: its connection, live health and traffic, and who is online. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RefreshCw, RotateCcw, Users } from "lucide-react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { usePathParam } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Facts, Page, Panel, Stat, useTitle } from "@/ui/page";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { count, duration, milliseconds, percent, rate } from "@/ui/units";
import { Online } from "./online";

const LIVE_MS = 5_000;

export default function RouterPage() {
  const id = usePathParam("id");
  const can = useCan();
  const router = useQuery({ ...get("/api/v1/routers/{router}", { path: { router: id } }), refetchInterval: LIVE_MS });
  const connected = router.data?.connection === "connected";
  const path = { path: { router: id } };
  const health = useQuery({ ...get("/api/v1/router/{router}/health", path), refetchInterval: LIVE_MS, enabled: connected });
  const traffic = useQuery({ ...get("/api/v1/router/{router}/traffic", path), refetchInterval: LIVE_MS, enabled: connected });
  const sync = useCommand(() => answered(client.POST("/api/v1/sync/{router}", { params: path })), { done: "Compared with the router" });
  const reset = useCommand(() => answered(client.POST("/api/v1/router/{router}/reset", { params: path })), { done: "Connecting anew" });
  useTitle(router.data?.name ?? "Router");

  return (
    <QueryState query={router} skeleton={<Skeleton lines={10} className="p-5" />}>
      {(row) => (
        <Page
          title={<Name>{row.name}</Name>}
          subtitle={
            <>
              {row.address} · <Link className="text-accent underline" to={`/devices/${id}` as never}>Device</Link> ·{" "}
              <Link className="text-accent underline" to="/customers" search={{ router_id: id } as never}>Customers</Link>
            </>
          }
          actions={
            can("engineer") && (
              <>
                <Button icon={RefreshCw} busy={sync.isPending} disabled={!connected} onClick={() => { sync.mutate(); }}>Compare now</Button>
                <Button icon={RotateCcw} busy={reset.isPending} onClick={() => { reset.mutate(); }}>Reconnect</Button>
              </>
            )
          }
        >
          <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
            <Stat label="Processor" value={percent(health.data?.cpu_percent)} note={row.model || undefined} />
            <Stat label="Memory" value={percent(health.data?.memory_percent)} note={`RouterOS ${health.data?.version ?? row.os_version}`} />
            <Stat label="Received, all ports" value={rate(traffic.data?.rx_bps)} note={`sent ${rate(traffic.data?.tx_bps)}`} />
            <Stat label="Customers online" value={count(row.active_users)} note={row.active_age_s === null ? undefined : `read ${duration(row.active_age_s)} ago`} />
          </div>
          <div className="grid gap-4 lg:grid-cols-2">
            <Panel title="Connection">
              <Facts
                items={[
                  ["State", <StatusBadge key="state" state={row.connection} />],
                  ["Since", row.since && <Time at={row.since} />],
                  ["Up for", duration(health.data?.uptime_s)],
                  ["Latency", milliseconds(row.latency_ms)],
                  ["Logins", `${count(row.logins)} since the worker began`],
                  ["Circuit", `${row.circuit}, ${count(row.failures)} failures in a row`],
                  ["Worker", row.owner],
                  ["Compared", row.synced_at ? <Time at={row.synced_at} /> : "never"],
                  ["Last error", row.last_error && <span key="error"><Name wrap>{row.last_error}</Name>{row.last_error_at && <>, <Time at={row.last_error_at} /></>}</span>],
                ]}
              />
            </Panel>
            <Panel title="Ports" flush>
              {connected ? (
                <QueryState query={traffic} compact>
                  {({ interfaces = [] }) => (
                    <div className="max-h-80 overflow-y-auto" tabIndex={0} role="region" aria-label="Traffic of each port">
                      <table className="w-full text-sm">
                        <thead className="sticky top-0 bg-surface text-xs text-muted">
                          <tr>
                            <th scope="col" className="px-3 py-1.5 text-left font-medium">Port</th>
                            <th scope="col" className="px-3 py-1.5 text-right font-medium">Received</th>
                            <th scope="col" className="px-3 py-1.5 text-right font-medium">Sent</th>
                          </tr>
                        </thead>
                        <tbody>
                          {interfaces.map((each) => (
                            <tr key={each.name} className="border-t border-line">
                              <td className="max-w-0 px-3 py-1.5"><Name>{each.name}</Name></td>
                              <td className="px-3 py-1.5 text-right tabular-nums">{rate(each.rx_bps)}</td>
                              <td className="px-3 py-1.5 text-right tabular-nums">{rate(each.tx_bps)}</td>
                            </tr>
                          ))}
                        </tbody>
                      </table>
                    </div>
                  )}
                </QueryState>
              ) : (
                <Message icon={Users} title="Not connected" className="py-6">Live figures come back with the connection.</Message>
              )}
            </Panel>
          </div>
          <Online router={id} />
        </Page>
      )}
    </QueryState>
  );
}
