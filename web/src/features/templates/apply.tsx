/** Applies a template to devices: first what would be done to each, then in waves. */
import { useMutation } from "@tanstack/react-query";
import { ListChecks, Send } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { ApiError, messageOf } from "@/api/errors";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { DevicesPicker } from "@/ui/devices-picker";
import { TextField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Panel } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Application } from "./application-progress";
import { DevicePlans } from "./device-plans";
import { ValuesForm } from "./values-form";
import { fieldErrors, given, type Draft } from "./variables";

const NONE: ReadonlyMap<string, string> = new Map();
type Request = Schemas["ApplyRequest"];
type Answer = Schemas["AcceptedApplication"] | Schemas["ApplicationPlan"];

async function sent(body: Request): Promise<Answer> {
  return (await answered(client.POST("/api/v1/config/template/apply", { body }))) as Answer;
}

export function Apply({ template, draft, onDraft }: { template: Schemas["TemplateRow"]; draft: Draft; onDraft: (draft: Draft) => void }) {
  const [{ operation, devices = "" }, set] = useUrlState();
  const ask = useAsk();
  const chosen = devices.split(",").filter(Boolean);
  const [waveSize, setWaveSize] = useState("10");
  const [maxFailures, setMaxFailures] = useState("0");
  const [confirmWithin, setConfirmWithin] = useState("");
  const request = (): Request => ({
    template_id: template.id,
    device_ids: chosen,
    variables: given(template.variables, draft) as never,
    wave_size: Number(waveSize) || 10,
    max_failures: Number(maxFailures) || 0,
    confirm_within_s: confirmWithin ? Number(confirmWithin) : null,
  });
  const dry = useMutation({ mutationFn: async () => (await sent({ ...request(), dry_run: true })) as Schemas["ApplicationPlan"] });
  const apply = useCommand(async (reason: string) => (await sent({ ...request(), reason })) as Schemas["AcceptedApplication"], {
    done: "Asked of the devices",
    onSuccess: ({ operation_id }) => { set({ operation: operation_id }, true); },
  });
  const error = apply.error ?? dry.error;
  const refusal = error instanceof ApiError ? error : null;
  const errors = refusal ? fieldErrors(refusal.details, refusal.message) : NONE;
  const perDevice = Array.isArray(refusal?.details.devices) ? (refusal.details.devices as { device_id: string; message: string }[]) : [];

  if (operation) return <Application id={operation} onBack={() => { set({ operation: undefined }); }} />;

  async function onApply() {
    const answer = await ask({
      title: `Apply to ${String(chosen.length)} ${chosen.length === 1 ? "device" : "devices"}?`,
      description: confirmWithin
        ? `Each device undoes it by itself unless it is reached again within ${confirmWithin} seconds.`
        : "Each device is read back; a line that it refuses brings it back to what it was.",
      confirm: "Apply",
      reasonRequired: true,
    });
    if (answer) apply.mutate(answer.reason);
  }

  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title="Values">
          <ValuesForm variables={template.variables} draft={draft} onChange={onDraft} errors={errors} />
        </Panel>
        <Panel title="Where and how">
          <div className="flex flex-col gap-3">
            <DevicesPicker chosen={chosen} onChange={(ids) => { set({ devices: ids.join(",") || undefined }); }} />
            <div className="grid gap-3 sm:grid-cols-3">
              <TextField label="Devices a wave" type="number" min={1} max={1000} value={waveSize} onChange={({ target }) => { setWaveSize(target.value); }} />
              <TextField label="Failures until it stops" type="number" min={0} max={1000} hint="With more, no other wave begins." value={maxFailures} onChange={({ target }) => { setMaxFailures(target.value); }} />
              <TextField label="Confirm within (s)" type="number" min={30} max={3600} placeholder="no timer" hint="The device undoes it by itself if it is cut off." value={confirmWithin} onChange={({ target }) => { setConfirmWithin(target.value); }} />
            </div>
            <div className="flex flex-wrap gap-2">
              <Button icon={ListChecks} busy={dry.isPending} disabled={chosen.length === 0} onClick={() => { apply.reset(); dry.mutate(); }}>Dry run</Button>
              <Button icon={Send} tone="primary" busy={apply.isPending} disabled={chosen.length === 0} onClick={() => { dry.reset(); void onApply(); }}>Apply…</Button>
            </div>
            {chosen.length > 100 && <p className="text-xs text-muted">A dry run reads at most 100 devices at once.</p>}
          </div>
        </Panel>
      </div>
      {error && (
        <div role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm break-words text-bad">
          <p>{messageOf(error)}</p>
          {perDevice.length > 0 && (
            <ul className="mt-1 list-disc pl-5">
              {perDevice.map((each) => <li key={each.device_id}><code>{each.device_id}</code>: <Name wrap>{each.message}</Name></li>)}
            </ul>
          )}
        </div>
      )}
      {dry.isPending && <p role="status" className="text-sm text-muted">The devices are read; nothing is sent.</p>}
      {dry.data && <DevicePlans plan={dry.data} />}
    </div>
  );
}
