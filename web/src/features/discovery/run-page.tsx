/** One run of discovery: how it went, what it found as it came, what went wrong. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/query";
import { actorOf, EventDrawer, Timeline } from "@/ui/audit";
import { usePathParam, useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Facts, Page, Panel, Stat } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { count } from "@/ui/units";
import { RunningJob } from "./running";

const MEANINGS: Record<string, string> = {
  timeout: "no answer in time",
  refused: "the device refuses the connection",
  auth: "no credential was accepted",
};

export default function RunPage() {
  const id = usePathParam("id");
  const [{ event }, setSearch] = useUrlState();
  const job = useQuery(get("/api/v1/discovery/status/{job}", { path: { job: id } }));
  const operation = useQuery(get("/api/v1/operations/{operation}", { path: { operation: id } }));
  return (
    <QueryState query={job}>
      {(run) => (
        <Page title={<Name>{run.targets.join(", ") || "All ranges of the settings"}</Name>} subtitle={<span className="flex flex-wrap gap-3"><StatusBadge state={run.state} /><span>asked for by <Name className="inline!">{actorOf(run).name}</Name> <Time at={run.requested_at} relative /></span></span>}>
          {(run.state === "queued" || run.state === "running") && <RunningJob job={run} />}
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-6">
            <Stat label="Addresses" value={count(run.total)} />
            <Stat label="Found" value={count(run.found)} />
            <Stat label="New" value={count(run.new)} />
            <Stat label="Changed" value={count(run.changed)} />
            <Stat label="Missed" value={count(run.unreachable)} note="were there before" />
            <Stat label="Troubles" value={count(Object.values(run.errors).reduce<number>((sum, each) => sum + Number(each), 0))} />
          </div>
          {run.error && <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad">{JSON.stringify(run.error)}</p>}
          {Object.keys(run.errors).length > 0 && (
            <Panel title="Troubles">
              <Facts items={Object.entries(run.errors).map(([kind, times]) => [kind.replaceAll("_", " "), `${count(Number(times))} ${MEANINGS[kind] ?? ""}`])} />
            </Panel>
          )}
          <section className="flex h-[max(24rem,calc(100dvh-24rem))] flex-col gap-2">
            <h2 className="text-lg font-semibold">As it came</h2>
            {operation.data && <Timeline filter={{ correlation_id: operation.data.correlation_id, type: "device." }} selected={event ? Number(event) : null} onOpen={({ position }) => { setSearch({ event: String(position) }); }} empty={<p className="text-muted">Nothing new was found.</p>} className="flex-1" />}
          </section>
          <EventDrawer position={event ? Number(event) : null} onPosition={(position) => { setSearch({ event: position === null ? undefined : String(position) }); }} />
        </Page>
      )}
    </QueryState>
  );
}
