/** Brings a device back to a backup: first what would be sent, then the change, with a countdown where the device guards itself. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextArea } from "@/ui/field";
import { Name } from "@/ui/name";
import { ProgressBar } from "@/ui/page";
import { Failure, Message, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { formatTime } from "@/ui/time";
import { Difference } from "./difference";

const GUARDS = [
  { value: "", label: "No: change it for good at once" },
  { value: "60", label: "After 1 minute" },
  { value: "300", label: "After 5 minutes" },
  { value: "900", label: "After 15 minutes" },
];

export function RestoreDialog({ open, onOpenChange, row }: { open: boolean; onOpenChange: (open: boolean) => void; row: Schemas["BackupRow"] }) {
  const [operation, setOperation] = useState<{ id: string; until: number | null } | null>(null);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} wide title={`Restore ${row.device_name}`} description={`To the configuration of ${formatTime(row.at)}.`}>
      {open && (operation ? <Under operation={operation} /> : <Plan row={row} started={setOperation} />)}
    </Dialog>
  );
}

function Plan({ row, started }: { row: Schemas["BackupRow"]; started: (operation: { id: string; until: number | null }) => void }) {
  const [guard, setGuard] = useState("300");
  const [reason, setReason] = useState("");
  const path = { path: { device: row.device_id } };
  const plan = useQuery({
    queryKey: ["restore-plan", row.id],
    queryFn: async ({ signal }) => (await answered(client.POST("/api/v1/config/restore/{device}", { params: path, body: { backup_id: row.id, dry_run: true }, signal }))) as Schemas["RestorePlan"],
    staleTime: 0,
    retry: false,
  });
  const restore = useCommand(
    () => answered(client.POST("/api/v1/config/restore/{device}", { params: path, body: { backup_id: row.id, dry_run: false, confirm_within_s: guard ? Number(guard) : null, reason } })),
    {
      onSuccess: (told) => {
        if ("operation_id" in told) started({ id: told.operation_id, until: guard ? Date.now() + Number(guard) * 1000 : null });
      },
    },
  );
  if (plan.isPending) return <div><p className="mb-2 text-sm text-muted">Reading the device; nothing is changed …</p><Skeleton lines={6} /></div>;
  if (plan.isError) return <Failure error={plan.error} retry={() => void plan.refetch()} />;
  const { difference, lines, limits, method } = plan.data;
  if (!difference.changed) return <Message title="Nothing to restore">The device runs this very configuration.</Message>;
  return (
    <div className="flex flex-col gap-4">
      <section>
        <h3 className="mb-1 text-sm font-semibold">What would change</h3>
        <Difference hunks={difference.hunks} complete={difference.complete} />
      </section>
      <section>
        <h3 className="mb-1 text-sm font-semibold">{method === "load" ? "The whole configuration is loaded; the device finds what differs" : `What would be sent: ${String(lines.length)} lines`}</h3>
        <Code className="h-48" label="Lines that would be sent" language="config" value={lines.join("\n")} />
      </section>
      {limits.length > 0 && (
        <ul className="list-disc pl-5 text-sm text-warn">{limits.map((each) => <li key={each}><Name wrap>{each}</Name></li>)}</ul>
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField label="The device undoes it by itself if it loses us" options={GUARDS} value={guard} onChange={(event) => { setGuard(event.target.value); }} />
        <TextArea label="Reason" required rows={2} maxLength={1000} value={reason} onChange={(event) => { setReason(event.target.value); }} hint="Kept in the audit with your name." />
      </div>
      <div className="flex justify-end">
        <Button tone="danger" disabled={!reason.trim()} busy={restore.isPending} onClick={() => { restore.mutate(); }}>Restore</Button>
      </div>
    </div>
  );
}

const ENDED = ["succeeded", "failed", "cancelled", "outcome_unknown"];

function Under({ operation }: { operation: { id: string; until: number | null } }) {
  const row = useQuery({
    ...get("/api/v1/operations/{operation}", { path: { operation: operation.id } }),
    refetchInterval: ({ state }) => (state.data && ENDED.includes(state.data.state) ? false : 1_000),
  });
  const running = !row.data || !ENDED.includes(row.data.state);
  const left = useSecondsTo(running ? operation.until : null);
  if (!row.data) return <Skeleton lines={5} />;
  return (
    <div className="flex flex-col gap-3">
      <p className="flex items-center gap-2">
        <StatusBadge state={row.data.state} />
        {left !== null && <span className="text-sm text-muted">The device undoes it by itself in {left} s, unless it is reached and confirms.</span>}
      </p>
      {running && <ProgressBar label="The restore runs" value={null} />}
      {row.data.error && <p className="text-bad"><Name wrap>{row.data.error.message}</Name></p>}
      <ol className="flex flex-col gap-1.5 border-l-2 border-line pl-3 text-sm">
        {row.data.steps.map((step) => (
          <li key={`${step.name}/${step.state}/${step.at}`}>
            <span className="text-muted">{formatTime(step.at, "clock")}</span> {step.name.replaceAll("_", " ")}: <span className="font-medium">{step.state}</span>
            {step.detail && <span className="block text-xs text-muted"><Name wrap>{step.detail}</Name></span>}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Seconds left until a moment (ms), counted down; null without one. */
function useSecondsTo(until: number | null): number | null {
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    const count = () => { setLeft(until === null ? null : Math.max(0, Math.ceil((until - Date.now()) / 1000))); };
    const timer = setInterval(count, 500);
    return () => { clearInterval(timer); };
  }, [until]);
  return until === null ? null : left;
}
