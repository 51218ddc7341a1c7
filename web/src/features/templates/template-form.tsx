/** Writes a template: its text, its variables, and at any time what it makes of a device. */
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { TextArea, TextField } from "@/ui/field";
import { Panel } from "@/ui/page";
import { DraftPreview } from "./preview";
import { fieldErrors, undeclared, type Variable } from "./variables";
import { VariablesEditor } from "./variables-editor";

type Template = Schemas["TemplateRow"];
const NONE: ReadonlyMap<string, string> = new Map();

export function TemplateForm({ template, onSaved, onCancel }: { template?: Template; onSaved: (saved: Template) => void; onCancel: () => void }) {
  const [name, setName] = useState(template?.name ?? "");
  const [description, setDescription] = useState(template?.description ?? "");
  const [platforms, setPlatforms] = useState((template?.platforms ?? []).join(" "));
  const [body, setBody] = useState(template?.body ?? "");
  const [variables, setVariables] = useState<Variable[]>(template?.variables ?? []);
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<{ fields: ReadonlyMap<string, string>; message: string; line?: number }>({ fields: NONE, message: "" });

  const save = useCommand(
    () => {
      const content = { name, description, body, variables, platforms: platforms.split(/[\s,]+/).filter(Boolean), reason };
      return template
        ? answered(client.PUT("/api/v1/config/templates/{template}", { params: { path: { template: template.id } }, body: content }))
        : answered(client.POST("/api/v1/config/templates", { body: content }));
    },
    {
      done: ({ version }) => `Version ${String(version)} is the present one`,
      onSuccess: onSaved,
      onError: (error) => {
        const details = error instanceof ApiError ? error.details : {};
        setWrong({ fields: fieldErrors(details, error.message), message: error.message, ...(typeof details.line === "number" && { line: details.line }) });
      },
    },
  );
  const missing = undeclared(body, variables);
  const told = (field: string) => [...wrong.fields].find(([each]) => each === field || each.startsWith(`${field}[`))?.[1] ?? null;
  const shownBy = ["name", "description", "platforms"].some((each) => told(each)) || [...wrong.fields.keys()].some((each) => each.startsWith("variables["));

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setWrong({ fields: NONE, message: "" });
        save.mutate();
      }}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label="Name" required maxLength={100} value={name} error={told("name")} onChange={({ target }) => { setName(target.value); }} />
        <TextField label="Platforms" placeholder="all" hint="Such as ios junos routeros; empty is all." value={platforms} error={told("platforms")} onChange={({ target }) => { setPlatforms(target.value); }} />
        <TextArea label="Description" rows={2} maxLength={2000} className="sm:col-span-2" value={description} error={told("description")} onChange={({ target }) => { setDescription(target.value); }} />
      </div>
      <Panel title="Text">
        <Code label="Text of the template" language="jinja" value={body} onChange={setBody} className="h-80" {...(wrong.line && { line: wrong.line })} />
        {wrong.message && !shownBy && (
          <p role="alert" className="mt-2 text-sm break-words text-bad">{wrong.line ? `Line ${String(wrong.line)}: ` : ""}{wrong.message}</p>
        )}
        {missing.length > 0 && (
          <p className="mt-2 flex flex-wrap items-center gap-2 text-sm text-muted">
            Not declared yet:
            {missing.map((each) => (
              <Button key={each} small onClick={() => { setVariables([...variables, { name: each, type: "string", required: true }]); }}>
                Declare <code>{each}</code>
              </Button>
            ))}
          </p>
        )}
      </Panel>
      <Panel title="Variables">
        <VariablesEditor variables={variables} onChange={setVariables} errors={wrong.fields} />
      </Panel>
      <Panel title="Preview">
        <DraftPreview body={body} variables={variables} />
      </Panel>
      <div className="flex flex-wrap items-end gap-2">
        <TextField label="Reason (optional)" maxLength={1000} hint="Kept in the audit with your name." className="min-w-60 flex-1" value={reason} onChange={({ target }) => { setReason(target.value); }} />
        <Button onClick={onCancel}>{template ? "Keep as it is" : "Cancel"}</Button>
        <Button type="submit" tone="primary" busy={save.isPending} disabled={!name.trim() || !body}>{template ? "Save a new version" : "Create"}</Button>
      </div>
    </form>
  );
}
