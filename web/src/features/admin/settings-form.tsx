/** What can be changed while Netledger runs: a form made from the settings themselves. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { CheckField, TextArea, TextField } from "@/ui/field";
import { Panel } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Changes } from "@/ui/audit";
import { QueryState, Skeleton } from "@/ui/states";
import { changesOf, hintOf, kindOf, labelOf, parse, written } from "./setting-values";

type Group = Record<string, unknown>;

export function SettingsForm() {
  const settings = useQuery(get("/api/v1/settings"));
  return (
    <QueryState query={settings} skeleton={<Skeleton lines={14} />}>
      {(data) => (
        <div className="gap-4 lg:columns-2 [&>*]:mb-4 [&>*]:break-inside-avoid">
          {Object.entries(data).map(([name, group]) => <GroupForm key={`${name} ${JSON.stringify(group)}`} name={name} group={group as Group} />)}
        </div>
      )}
    </QueryState>
  );
}

function GroupForm({ name, group }: { name: string; group: Group }) {
  const ask = useAsk();
  const whole = name === "retention_days"; // a plain map: its entries are not known beforehand
  const fields = whole ? { [name]: group } : group;
  const [texts, setTexts] = useState<Record<string, string>>(() => Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, written(value)])));
  const errors = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, parse(texts[field] ?? "", kindOf(value)).error]));
  const changes = changesOf(fields, texts);
  const save = useCommand(
    (reason: string) => {
      const changed = Object.fromEntries(changes.map(({ field, new: value }) => [field, value]));
      const body = (whole ? { ...changed, reason } : { [name]: changed, reason }) as Schemas["SettingsChanges"];
      return answered(client.PATCH("/api/v1/settings", { body }));
    },
    { done: "Saved: workers take it up by themselves" },
  );
  async function onSave() {
    const given = await ask({ title: `Change the settings of ${labelOf(name).toLowerCase()}?`, preview: <Changes changes={changes} />, confirm: "Change" });
    if (given) save.mutate(given.reason);
  }
  const wrong = Object.values(errors).some(Boolean);
  return (
    <Panel title={labelOf(name)} actions={changes.length > 0 && <Button small tone="primary" disabled={wrong} busy={save.isPending} onClick={() => void onSave()}>Save…</Button>}>
      <div className="grid gap-3 sm:grid-cols-2">
        {Object.entries(fields).map(([field, value]) => {
          const kind = kindOf(value);
          const text = texts[field] ?? "";
          const set = (next: string) => { setTexts({ ...texts, [field]: next }); };
          if (kind === "boolean") return <CheckField key={field} label={labelOf(field)} checked={text === "true"} onChange={({ target }) => { set(String(target.checked)); }} />;
          if (kind === "list" || kind === "json")
            return <TextArea key={field} label={labelOf(field)} mono className="sm:col-span-2" hint={hintOf(field, kind)} error={errors[field] ?? null} value={text} onChange={({ target }) => { set(target.value); }} />;
          return <TextField key={field} label={labelOf(field)} inputMode={kind === "number" ? "decimal" : undefined} hint={hintOf(field, kind)} error={errors[field] ?? null} value={text} onChange={({ target }) => { set(target.value); }} />;
        })}
      </div>
    </Panel>
  );
}
