/** Runs under way, with live progress, and what they have found until now. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Square } from "lucide-react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { useProgress, type Progress } from "@/live/feed";
import { Button } from "@/ui/button";
import { Name } from "@/ui/name";
import { Panel, ProgressBar } from "@/ui/page";
import { StatusBadge } from "@/ui/status";
import { count, duration } from "@/ui/units";

type Job = Schemas["DiscoveryStatus"];
const UNDER_WAY = new Set(["queued", "running"]);

/** What was pushed, where it is fresher than what was read. */
export function freshest(job: Job, live: Progress | undefined): Pick<Job, "scanned" | "total" | "found" | "new" | "changed" | "unreachable" | "eta_s"> {
  const pushed = (name: string, read: number) => Math.max(read, typeof live?.[name] === "number" ? live[name] : 0);
  return {
    scanned: pushed("done", job.scanned),
    total: pushed("total", job.total),
    found: pushed("found", job.found),
    new: pushed("new", job.new),
    changed: pushed("changed", job.changed),
    unreachable: pushed("unreachable", job.unreachable),
    eta_s: typeof live?.eta_s === "number" ? live.eta_s : job.eta_s,
  };
}

export function RunningJobs() {
  const jobs = useQuery(get("/api/v1/discovery/jobs", { query: { limit: 20 } }));
  const running = jobs.data?.items.filter(({ state }) => UNDER_WAY.has(state)) ?? [];
  return running.map((job) => <RunningJob key={job.job_id} job={job} />);
}

export function RunningJob({ job }: { job: Job }) {
  const can = useCan();
  const now = freshest(job, useProgress().get(job.job_id));
  const cancel = useCommand(() => answered(client.POST("/api/v1/discovery/cancel/{job}", { params: { path: { job: job.job_id } }, body: { reason: "" } })), { done: "Cancelled: what was found stays" });
  return (
    <Panel
      title={<Link className="hover:underline" to={`/discovery/${job.job_id}`}><Name>{job.targets.join(", ") || "All ranges of the settings"}</Name></Link>}
      actions={
        <>
          <StatusBadge state={job.state} />
          {can("engineer") && <Button small icon={Square} busy={cancel.isPending} onClick={() => { cancel.mutate(); }}>Cancel</Button>}
        </>
      }
    >
      <ProgressBar label="Progress of the discovery" value={now.total > 0 ? now.scanned / now.total : null} />
      <p aria-live="polite" className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
        <span>{count(now.scanned)} of {count(now.total)} addresses</span>
        <span className="font-medium">{count(now.found)} found</span>
        <span>{count(now.new)} new</span>
        <span>{count(now.changed)} changed</span>
        {now.eta_s !== null && now.eta_s > 0 && <span className="text-muted">about {duration(now.eta_s)} left</span>}
      </p>
    </Panel>
  );
}
