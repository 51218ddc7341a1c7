/** The network's health at a glance. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Radar } from "lucide-react";
import { get } from "@/api/query";
import { Facts, Page, Panel, Stat } from "@/ui/page";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { count } from "@/ui/units";

export default function DashboardPage() {
  const summary = useQuery(get("/api/v1/inventory/summary"));
  return (
    <Page title="Dashboard">
      <QueryState
        query={summary}
        skeleton={<Skeleton lines={6} />}
        isEmpty={({ total }) => total === 0}
        empty={
          <Message icon={Radar} title="No devices yet" action={<Link className="text-accent underline" to="/discovery">Start a discovery</Link>}>
            Name the ranges of your network, and Netledger finds what answers in them.
          </Message>
        }
      >
        {({ total, by_status, by_type }) => (
          <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
            <Stat label="Devices" value={count(total)} />
            <Panel title="Status"><Facts items={Object.entries(by_status).map(([state, n]) => [state, <span key={state} className="flex justify-between"><StatusBadge state={state} /> {count(n as number)}</span>])} /></Panel>
            <Panel title="Types"><Facts items={Object.entries(by_type).map(([type, n]) => [type, count(n as number)])} /></Panel>
          </div>
        )}
      </QueryState>
    </Page>
  );
}
