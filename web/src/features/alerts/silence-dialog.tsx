/** Makes a silence or a maintenance window, from an alert or from nothing. */
import { useState, type FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { MomentField } from "@/ui/moment-field";
import { useNow } from "@/ui/time";

interface SilenceDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What it is made from: its device or its rule is silenced. */
  alert?: Schemas["AlertRow"];
  deviceName?: string;
}

const HOURS = [
  { value: "1", label: "1 hour" },
  { value: "4", label: "4 hours" },
  { value: "12", label: "12 hours" },
  { value: "24", label: "1 day" },
  { value: "168", label: "1 week" },
];

const words = (value: FormDataEntryValue | null): string[] =>
  (typeof value === "string" ? value : "").split(",").map((each) => each.trim()).filter(Boolean);

export function SilenceDialog({ open, onOpenChange, alert, deviceName }: SilenceDialogProps) {
  const [wrong, setWrong] = useState<ApiError | null>(null);
  const now = useNow();
  const [starts, setStarts] = useState<number | null>(null);
  const create = useCommand((body: Schemas["CreateSilence"]) => answered(client.POST("/api/v1/silences", { body })), {
    done: "Silenced",
    onSuccess: () => { onOpenChange(false); },
    onError: (error) => { setWrong(error instanceof ApiError ? error : null); },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setWrong(null);
    const form = new FormData(event.currentTarget);
    const from = new Date(starts ?? Date.now());
    const scope: Schemas["Scope"] = {};
    if (alert?.device_id && form.get("what") !== "rule") scope.device_ids = [alert.device_id];
    if (alert?.interface && form.get("what") === "interface") scope.interfaces = [alert.interface];
    if (!alert) {
      scope.sites = words(form.get("sites"));
      scope.labels = words(form.get("labels"));
    }
    create.mutate({
      matchers: { scope, ...(alert?.rule_id && form.get("what") !== "device" && { rule_ids: [alert.rule_id] }) },
      starts_at: from.toISOString(),
      ends_at: new Date(from.getTime() + Number(form.get("hours")) * 3_600_000).toISOString(),
      maintenance: form.get("maintenance") === "on",
      why: String(form.get("why") ?? ""),
    });
  }

  const choices = [
    ...(alert?.device_id ? [{ value: "device", label: `Everything on ${deviceName || "the device"}` }] : []),
    ...(alert?.device_id && alert.rule_id ? [{ value: "both", label: `This rule on ${deviceName || "the device"}` }] : []),
    ...(alert?.interface ? [{ value: "interface", label: `This rule on interface ${alert.interface}` }] : []),
    ...(alert?.rule_id ? [{ value: "rule", label: "This rule everywhere" }] : []),
  ];
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Silence"
      description="Alerts are raised and kept as ever; nobody is told of them meanwhile."
      footer={
        <>
          <Button onClick={() => { onOpenChange(false); }}>Keep as it is</Button>
          <Button type="submit" form="silence-form" tone="primary" busy={create.isPending}>Silence</Button>
        </>
      }
    >
      <form id="silence-form" onSubmit={submit} className="grid gap-3 sm:grid-cols-2">
        {choices.length > 0 ? (
          <SelectField label="What" name="what" options={choices} className="sm:col-span-2" />
        ) : (
          <>
            <TextField label="Sites" name="sites" hint="Several with commas; empty is everywhere." />
            <TextField label="Labels" name="labels" hint="Several with commas." />
          </>
        )}
        <MomentField eager label="From" at={starts ?? Math.floor(now / 60_000) * 60_000} onMoment={setStarts} error={wrong?.details.field === "starts_at" ? wrong.message : null} />
        <SelectField label="For" name="hours" options={HOURS} defaultValue="4" />
        <TextField label="Why" name="why" required maxLength={300} className="sm:col-span-2" error={wrong?.details.field === "why" ? wrong.message : null} />
        <CheckField name="maintenance" label="Maintenance window" hint="The devices that it names are shown as being worked on." className="sm:col-span-2" />
      </form>
    </Dialog>
  );
}
