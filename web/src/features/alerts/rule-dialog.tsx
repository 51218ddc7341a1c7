/** Makes a rule from a template, or changes one: what differs in most cases as fields, all of it as JSON. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { ApiError } from "@/api/errors";
import { get, useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/field";
import { conditionText } from "./shapes";

type Condition = Schemas["RuleBody"]["condition"];
interface RuleDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  rule?: Schemas["RuleBody"];
}

const SEVERITIES = ["critical", "high", "medium", "low", "info"].map((value) => ({ value, label: value }));
const GROUPS = [
  { value: "site", label: "those of a site" },
  { value: "device", label: "those of a device" },
  { value: "rule", label: "all of the rule" },
];

export function RuleDialog({ open, onOpenChange, rule }: RuleDialogProps) {
  const [chosen, setChosen] = useState("");
  const templates = useQuery({ ...get("/api/v1/alert-rules/templates"), enabled: open && !rule });
  const template = templates.data?.items.find((each) => each.id === chosen) ?? templates.data?.items[0];
  const start = rule ?? template;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      wide
      title={rule ? `Change ${rule.name}` : "New alert rule"}
      description={rule ? "Every change is a new version; an older one can be brought back." : "From a template, changed as you like."}
      footer={
        <>
          <Button onClick={() => { onOpenChange(false); }}>Keep as it is</Button>
          <Button type="submit" form="rule-form" tone="primary" disabled={!start}>{rule ? "Change" : "Create"}</Button>
        </>
      }
    >
      {!rule && (
        <SelectField
          label="Template"
          className="mb-3"
          value={template?.id ?? ""}
          onChange={(event) => { setChosen(event.target.value); }}
          options={(templates.data?.items ?? []).map((each) => ({ value: each.id, label: `${each.name}: ${conditionText(each.condition)}` }))}
        />
      )}
      {start && <Fields key={start.id} start={start} rule={rule} done={() => { onOpenChange(false); }} />}
    </Dialog>
  );
}

function Fields({ start, rule, done }: { start: Schemas["RuleBody"] | Schemas["TemplateBody"]; rule?: Schemas["RuleBody"]; done: () => void }) {
  const [wrong, setWrong] = useState<{ field: string; message: string } | null>(null);
  const options = {
    done: rule ? "A new version holds" : "The rule holds",
    onSuccess: done,
    onError: (error: Error) => { setWrong(error instanceof ApiError ? { field: error.details.field ?? "", message: error.message } : null); },
  };
  const create = useCommand((body: Schemas["NewRule"]) => answered(client.POST("/api/v1/alert-rules", { body })), options);
  const change = useCommand(
    (body: Schemas["ChangeAlertRule"]) => answered(client.PATCH("/api/v1/alert-rules/{rule}", { params: { path: { rule: rule?.id ?? "" } }, body })),
    options,
  );
  const told = (field: string) => (wrong && (wrong.field === field || wrong.field.startsWith(`${field}.`)) ? wrong.message : null);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setWrong(null);
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    let condition: Condition;
    let scope: Schemas["Scope"];
    try {
      condition = JSON.parse(text("condition")) as Condition;
    } catch (error) {
      setWrong({ field: "condition", message: `This is no JSON: ${String(error)}` });
      return;
    }
    try {
      scope = JSON.parse(text("scope")) as Schemas["Scope"];
    } catch (error) {
      setWrong({ field: "scope", message: `This is no JSON: ${String(error)}` });
      return;
    }
    const body = {
      name: text("name"),
      severity: text("severity") as Schemas["RuleBody"]["severity"],
      description: text("description"),
      group_by: text("group_by") as Schemas["RuleBody"]["group_by"],
      enabled: form.get("enabled") === "on",
      condition,
      scope,
      reason: text("reason"),
    };
    if (rule) change.mutate(body);
    else create.mutate({ ...body, template: start.id });
  }

  return (
    <form id="rule-form" onSubmit={submit} className="grid gap-3 sm:grid-cols-2">
      <TextField label="Name" name="name" required maxLength={200} defaultValue={start.name} error={told("name")} />
      <SelectField label="Severity" name="severity" options={SEVERITIES} defaultValue={start.severity ?? "medium"} />
      <TextArea label="Condition" name="condition" mono rows={8} defaultValue={JSON.stringify(trimmed(start.condition), null, 2)} hint={conditionText(start.condition)} error={told("condition")} />
      <TextArea
        label="Where"
        name="scope"
        mono
        rows={8}
        defaultValue={JSON.stringify(start.scope ?? {}, null, 2)}
        hint="Empty is everywhere; device_ids, sites, labels, vendors, types, interfaces, not_interfaces, each a list."
        error={told("scope")}
      />
      <SelectField label="Told in one message" name="group_by" options={GROUPS} defaultValue={start.group_by ?? "site"} />
      <CheckField name="enabled" label="Enabled" defaultChecked={start.enabled !== false} className="self-end pb-1.5" />
      <TextArea label="Description" name="description" maxLength={2000} rows={2} defaultValue={start.description ?? ""} className="sm:col-span-2" />
      <TextField label="Reason (optional)" name="reason" maxLength={1000} hint="Kept in the audit with your name." className="sm:col-span-2" />
      {wrong && !["name", "condition", "scope"].some((each) => told(each)) && <p role="alert" className="text-sm text-bad sm:col-span-2">{wrong.message}</p>}
    </form>
  );
}

/** Without what is not set: shorter to read and to change. */
function trimmed(condition: Condition): Record<string, unknown> {
  return Object.fromEntries(Object.entries(condition).filter(([, value]) => value !== null));
}
