/** What a template makes of a device; nothing is sent. */
import { useMutation } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { ApiError, messageOf } from "@/api/errors";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { DevicePicker } from "@/ui/device-picker";
import { ValuesForm } from "./values-form";
import { drafted, fieldErrors, given, type Draft, type Variable } from "./variables";

type Answer = Schemas["Preview"];
type Ask = (device: string | null, values: Record<string, unknown>) => Promise<Answer>;
const NONE: ReadonlyMap<string, string> = new Map();

export function StoredPreview({ template, draft, onDraft }: { template: Schemas["TemplateRow"]; draft: Draft; onDraft: (draft: Draft) => void }) {
  return (
    <Preview
      variables={template.variables}
      draft={draft}
      onDraft={onDraft}
      ask={(device_id, variables) =>
        answered(client.POST("/api/v1/config/templates/{template}/preview", { params: { path: { template: template.id } }, body: { device_id, variables: variables as never } }))
      }
    />
  );
}

export function DraftPreview({ body, variables }: { body: string; variables: readonly Variable[] }) {
  const [typed, setTyped] = useState<Draft>({});
  const draft = { ...drafted(variables), ...typed };
  return (
    <Preview
      variables={variables}
      draft={draft}
      onDraft={setTyped}
      disabled={!body}
      ask={(device_id, values) => answered(client.POST("/api/v1/config/templates/preview", { body: { body, declared: [...variables], device_id, variables: values as never } }))}
    />
  );
}

function Preview({ variables, draft, onDraft, ask, disabled }: { variables: readonly Variable[]; draft: Draft; onDraft: (draft: Draft) => void; ask: Ask; disabled?: boolean }) {
  const [device, setDevice] = useState("");
  const shown = useMutation({ mutationFn: () => ask(device || null, given(variables, draft)) });
  const refusal = shown.error instanceof ApiError ? shown.error : null;
  const errors = refusal ? fieldErrors(refusal.details, refusal.message) : NONE;
  const elsewhere = shown.error && ![...errors.keys()].some((each) => variables.some(({ name }) => each === `variables.${name}`));
  const line = refusal?.details.line;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-3">
        <ValuesForm variables={variables} draft={draft} onChange={onDraft} errors={errors} />
        <div className="flex flex-wrap items-center gap-2">
          <DevicePicker value={device} onChange={setDevice} label="Device to preview for" />
          <Button icon={Eye} busy={shown.isPending} disabled={disabled} onClick={() => { shown.mutate(); }}>Preview</Button>
        </div>
        <p className="text-xs text-muted">Without a device, a template that asks for one cannot be shown.</p>
      </div>
      <div className="min-w-0">
        {elsewhere ? (
          <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm break-words text-bad">
            {typeof line === "number" ? `Line ${String(line)}: ` : ""}
            {messageOf(shown.error)}
          </p>
        ) : shown.data ? (
          <Code label="Preview" value={shown.data.text} className="h-72" />
        ) : (
          <p className="flex h-full min-h-24 items-center justify-center rounded-md bg-sunken p-4 text-center text-sm text-muted">What would be sent is shown here. Nothing is sent.</p>
        )}
      </div>
    </div>
  );
}
