/** Writes a policy: as a form, or all of it as JSON. */
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { answered, client } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useCommand } from "@/api/query";
import { Button, IconButton } from "@/ui/button";
import { Code } from "@/ui/code";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/field";
import { Panel } from "@/ui/page";
import { CHECK_OPTIONS, SEVERITIES, content, freshId, parsed, ruleText, trimmed, words, type Content, type PolicyRow, type Rule, type Severity } from "./shapes";

const EMPTY: Content = { name: "", description: "", severity: "medium", platforms: [], labels: [], enabled: true, rules: [{ id: "rule-1", title: "", check: "must_contain", value: "" }] };
const severities = SEVERITIES.map((value) => ({ value, label: value }));

export function PolicyForm({ policy, onSaved, onCancel }: { policy?: PolicyRow; onSaved: (saved: PolicyRow) => void; onCancel: () => void }) {
  const [wanted, setWanted] = useState<Content>(() => (policy ? content(policy) : EMPTY));
  const [json, setJson] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<{ field: string; message: string } | null>(null);
  const save = useCommand(
    (body: Content) =>
      policy
        ? answered(client.PUT("/api/v1/config/policies/{policy}", { params: { path: { policy: policy.id } }, body: { ...body, reason } }))
        : answered(client.POST("/api/v1/config/policies", { body: { ...body, reason } })),
    {
      done: "Configurations are checked against it now",
      onSuccess: onSaved,
      onError: (error) => { setWrong({ field: error instanceof ApiError ? (error.details.field ?? "") : "", message: error.message }); },
    },
  );
  const told = (field: string) => (wrong?.field === field || wrong?.field.startsWith(`${field}[`) ? wrong.message : null);
  const set = (change: Partial<Content>) => { setWanted({ ...wanted, ...change }); };

  function current(): Content | null {
    if (json === null) return wanted;
    try {
      return parsed(json);
    } catch (error) {
      setWrong({ field: "json", message: error instanceof Error ? error.message : String(error) });
      return null;
    }
  }
  function turnTo(asJson: boolean) {
    setWrong(null);
    if (asJson) {
      setJson(JSON.stringify({ ...wanted, rules: wanted.rules.map(trimmed) }, null, 2));
      return;
    }
    const next = current();
    if (next) {
      setWanted(next);
      setJson(null);
    }
  }

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setWrong(null);
        const body = current();
        if (body) save.mutate(body);
      }}
    >
      <div className="flex gap-1" role="group" aria-label="How to write it">
        <Button small tone={json === null ? "primary" : "plain"} aria-pressed={json === null} onClick={() => { if (json !== null) turnTo(false); }}>Form</Button>
        <Button small tone={json === null ? "plain" : "primary"} aria-pressed={json !== null} onClick={() => { if (json === null) turnTo(true); }}>JSON</Button>
      </div>
      {json !== null ? (
        <Code label="Policy as JSON" language="json" value={json} onChange={setJson} className="h-[28rem]" />
      ) : (
        <>
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField label="Name" required maxLength={100} value={wanted.name} error={told("name")} onChange={({ target }) => { set({ name: target.value }); }} />
            <SelectField label="Severity" options={severities} value={wanted.severity ?? "medium"} onChange={({ target }) => { set({ severity: target.value as Severity }); }} />
            <TextField key={`platforms-${String(json)}`} label="Platforms" placeholder="all" hint="Such as ios junos; empty is all." defaultValue={(wanted.platforms ?? []).join(" ")} error={told("platforms")} onChange={({ target }) => { set({ platforms: words(target.value) }); }} />
            <TextField label="Labels" placeholder="all devices" hint="Only for devices with one of them." defaultValue={(wanted.labels ?? []).join(" ")} error={told("labels")} onChange={({ target }) => { set({ labels: words(target.value) }); }} />
            <TextArea label="Description" rows={2} maxLength={2000} className="sm:col-span-2" value={wanted.description ?? ""} onChange={({ target }) => { set({ description: target.value }); }} />
            <CheckField label="Enabled" hint="Disabled policies are not checked, and their findings are closed." checked={wanted.enabled !== false} onChange={({ target }) => { set({ enabled: target.checked }); }} />
          </div>
          <Panel title="Rules">
            <ol className="flex flex-col gap-3">
              {wanted.rules.map((rule, index) => (
                <li key={index} className="rounded-md border border-line p-3">
                  <RuleFields
                    rule={rule}
                    error={(field) => told(`rules[${String(index)}].${field}`)}
                    onChange={(next) => { set({ rules: wanted.rules.map((each, at) => (at === index ? next : each)) }); }}
                    onRemove={wanted.rules.length > 1 ? () => { set({ rules: wanted.rules.filter((_, at) => at !== index) }); } : null}
                  />
                </li>
              ))}
            </ol>
            <Button icon={Plus} className="mt-3" onClick={() => { set({ rules: [...wanted.rules, { id: freshId(wanted.rules), title: "", check: "must_contain", value: "" }] }); }}>Add a rule</Button>
          </Panel>
        </>
      )}
      {wrong && <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm break-words text-bad">{wrong.field && wrong.field !== "json" ? `${wrong.field}: ` : ""}{wrong.message}</p>}
      <div className="flex flex-wrap items-end gap-2">
        <TextField label="Reason (optional)" maxLength={1000} hint="Kept in the audit with your name." className="min-w-60 flex-1" value={reason} onChange={({ target }) => { setReason(target.value); }} />
        <Button onClick={onCancel}>{policy ? "Keep as it is" : "Cancel"}</Button>
        <Button type="submit" tone="primary" busy={save.isPending}>{policy ? "Change" : "Create"}</Button>
      </div>
    </form>
  );
}

function RuleFields({ rule, error, onChange, onRemove }: { rule: Rule; error: (field: string) => string | null; onChange: (rule: Rule) => void; onRemove: (() => void) | null }) {
  const set = (change: Partial<Rule>) => { onChange({ ...rule, ...change }); };
  return (
    <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      <div className="flex items-center gap-2 sm:col-span-2 xl:col-span-4">
        <p className="min-w-0 flex-1 text-sm break-words text-muted">{rule.value ? ruleText(rule) : "What must, or must not, be in a configuration?"}</p>
        {onRemove && <IconButton icon={Trash2} label={`Remove the rule ${rule.id}`} onClick={onRemove} />}
      </div>
      <TextField label="Title" required maxLength={200} className="sm:col-span-2" value={rule.title} error={error("title")} onChange={({ target }) => { set({ title: target.value }); }} />
      <TextField label="Id" mono required maxLength={64} pattern="[a-z0-9][a-z0-9._\-]*" value={rule.id} error={error("id")} onChange={({ target }) => { set({ id: target.value }); }} />
      <SelectField label="Severity" options={[{ value: "", label: "as the policy" }, ...severities]} value={rule.severity ?? ""} onChange={({ target }) => { set({ severity: (target.value || null) as Severity | null }); }} />
      <SelectField label="Check" options={CHECK_OPTIONS} value={rule.check} onChange={({ target }) => { set({ check: target.value as Rule["check"] }); }} />
      <TextField label={rule.check.endsWith("match") ? "Expression (RE2)" : "Text"} mono required className="sm:col-span-1 xl:col-span-3" value={rule.value} error={error("value")} onChange={({ target }) => { set({ value: target.value }); }} />
      <TextField label="In sections that match" mono placeholder="anywhere" className="sm:col-span-1 xl:col-span-2" value={rule.section ?? ""} error={error("section")} onChange={({ target }) => { set({ section: target.value }); }} />
      <SelectField label="Without such a section" options={[{ value: "fail", label: "it is broken" }, { value: "pass", label: "it is kept" }]} value={rule.no_section ?? "fail"} onChange={({ target }) => { set({ no_section: target.value as "fail" | "pass" }); }} />
      <TextField label="Only if a line matches" mono placeholder="always" value={rule.only_if ?? ""} error={error("only_if")} onChange={({ target }) => { set({ only_if: target.value }); }} />
      <TextArea label="What to do about it" mono rows={2} maxLength={2000} className="sm:col-span-2 xl:col-span-4" value={rule.remediation ?? ""} onChange={({ target }) => { set({ remediation: target.value }); }} />
    </div>
  );
}
