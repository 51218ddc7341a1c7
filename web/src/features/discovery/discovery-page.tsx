/** Finding devices: start a run, see it go, and look back on those before. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Radar } from "lucide-react";
import type { Schemas } from "@/api/client";
import { get } from "@/api/query";
import { Allowed } from "@/api/session";
import { actorOf } from "@/ui/audit";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Page, Panel } from "@/ui/page";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Tabs } from "@/ui/tabs";
import { Time } from "@/ui/time";
import { count, duration } from "@/ui/units";
import { Candidates } from "./candidates";
import { RunningJobs } from "./running";
import { StartForm } from "./start-form";

type Job = Schemas["DiscoveryStatus"];

function seconds(job: Job): number | null {
  return job.started_at && job.ended_at ? (new Date(job.ended_at).getTime() - new Date(job.started_at).getTime()) / 1000 : null;
}

const COLUMNS: readonly Column<Job>[] = [
  { id: "targets", header: "Targets", width: 200, grow: 2, phone: "title", cell: (job) => <Name>{job.targets.join(", ") || "all ranges of the settings"}</Name>, value: (job) => job.targets },
  { id: "state", header: "State", width: 130, grow: 0, phone: "side", cell: (job) => <StatusBadge state={job.state} />, value: (job) => job.state },
  { id: "found", header: "Found", width: 70, grow: 0, align: "right", phone: "line", cell: (job) => count(job.found), value: (job) => job.found },
  { id: "new", header: "New", width: 64, grow: 0, align: "right", cell: (job) => count(job.new), value: (job) => job.new },
  { id: "changed", header: "Changed", width: 80, grow: 0, align: "right", cell: (job) => count(job.changed), value: (job) => job.changed },
  { id: "unreachable", header: "Missed", width: 76, grow: 0, align: "right", cell: (job) => count(job.unreachable), value: (job) => job.unreachable },
  { id: "total", header: "Addresses", width: 92, grow: 0, align: "right", cell: (job) => count(job.total), value: (job) => job.total },
  { id: "took", header: "Took", width: 84, grow: 0, align: "right", cell: (job) => duration(seconds(job)), value: seconds },
  { id: "actor", header: "By", width: 110, cell: (job) => <Name>{actorOf(job).name}</Name>, value: (job) => actorOf(job).name },
  { id: "at", header: "Asked for", width: 120, align: "right", grow: 0, phone: "line", cell: (job) => <Time at={job.requested_at} relative />, value: (job) => job.requested_at },
];

export default function DiscoveryPage() {
  const [{ tab = "runs" }, set] = useUrlState();
  const candidates = useQuery(get("/api/v1/inventory/merge-candidates"));
  return (
    <Page title="Discovery">
      <Tabs
        label="Discovery"
        value={tab}
        onChange={(next) => { set({ tab: next === "runs" ? undefined : next }); }}
        tabs={[
          { id: "runs", label: "Runs", content: <Runs /> },
          { id: "candidates", label: "Same device?", count: candidates.data?.items.length ?? null, content: <Candidates /> },
        ]}
      />
    </Page>
  );
}

function Runs() {
  return (
    <div className="flex flex-col gap-4">
      <Allowed role="engineer">
        <Panel title="Discover a network">
          <StartForm />
        </Panel>
      </Allowed>
      <RunningJobs />
      <section className="flex flex-col gap-2">
        <h2 className="text-lg font-semibold">Runs</h2>
        <DataTable
          id="discoveries"
          label="Runs of discovery"
          path="/api/v1/discovery/jobs"
          columns={COLUMNS}
          rowId={(job) => job.job_id}
          rowLink={(job) => `/discovery/${job.job_id}`}
          className="h-[28rem] flex-none"
          empty={<Message icon={Radar} title="Nothing was discovered yet">Name a network above, or set ranges in the <Link className="text-accent underline" to="/admin" search={{ tab: "settings" } as never}>settings</Link> to have them looked through by themselves.</Message>}
        />
      </section>
    </div>
  );
}
