/** The network's health at a glance: what is down, what fires, what runs, what changed. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Radar } from "lucide-react";
import { get } from "@/api/query";
import { Page } from "@/ui/page";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { FiringAlerts } from "./firing-alerts";
import { Glance } from "./glance";
import { LatestChanges } from "./latest-changes";
import { Detectors } from "./detectors";
import { DownDevices } from "./down-devices";
import { Parts } from "./parts";
import { RunningOperations } from "./running-operations";
import { Talkers } from "./talkers";

export default function DashboardPage() {
  const summary = useQuery(get("/api/v1/inventory/summary"));
  return (
    <Page title="Dashboard">
      <QueryState
        query={summary}
        skeleton={<Skeleton lines={10} />}
        isEmpty={({ total }) => total === 0}
        empty={
          <Message icon={Radar} title="No devices yet" action={<Link className="text-accent underline" to="/discovery">Start a discovery</Link>}>
            Name the ranges of your network, and Netledger finds what answers in them.
          </Message>
        }
      >
        {(data) => (
          <>
            <Glance summary={data} />
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <div className="flex min-w-0 flex-col gap-4">
                <FiringAlerts />
                <LatestChanges />
                <Parts title="By vendor" name="vendor" counts={data.by_vendor as Record<string, number>} />
              </div>
              <div className="flex min-w-0 flex-col gap-4">
                <DownDevices />
                <Talkers />
                <RunningOperations />
                <Detectors />
                <Parts title="By type" name="type" counts={data.by_type as Record<string, number>} />
              </div>
            </div>
          </>
        )}
      </QueryState>
    </Page>
  );
}
