/** What can be changed while Netledger runs: a form made from the settings themselves. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/field";
import { Panel } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Changes } from "@/ui/audit";
import { QueryState, Skeleton } from "@/ui/states";
import { boundsOf, changesOf, hintOf, kindOf, labelOf, parse, written } from "./setting-values";

type Group = Record<string, unknown>;

export function SettingsForm() {
  const settings = useQuery(get("/api/v1/settings"));
  const described = useQuery({ ...get("/api/v1/settings/descriptions"), staleTime: Infinity });
  return (
    <QueryState query={settings} skeleton={<Skeleton lines={14} />}>
      {(data) => (
        <div className="gap-4 lg:columns-2 [&>*]:mb-4 [&>*]:break-inside-avoid">
          {Object.entries(data).map(([name, group]) => <GroupForm key={`${name} ${JSON.stringify(group)}`} name={name} group={group as Group} told={described.data} />)}
        </div>
      )}
    </QueryState>
  );
}

function GroupForm({ name, group, told }: { name: string; group: Group; told: Schemas["SettingsDescribed"] | undefined }) {
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
      {told?.sections[name] && <p className="mb-3 text-sm text-muted">{told.sections[name]}</p>}
      <div className="grid gap-3 sm:grid-cols-2">
        {Object.entries(fields).map(([field, value]) => {
          const kind = kindOf(value);
          const text = texts[field] ?? "";
          const about = told?.settings[whole ? field : `${name}/${field}`];
          const hint = about ? <Described about={about} unit={hintOf(field, kind)} /> : hintOf(field, kind);
          const set = (next: string) => { setTexts({ ...texts, [field]: next }); };
          if (kind === "boolean") return <CheckField key={field} label={labelOf(field)} hint={hint} checked={text === "true"} onChange={({ target }) => { set(String(target.checked)); }} />;
          if (about && about.choices.length > 0)
            return <SelectField key={field} label={labelOf(field)} hint={hint} options={about.choices.map((each) => ({ value: each, label: each }))} value={text} onChange={({ target }) => { set(target.value); }} />;
          if (kind === "list" || kind === "json")
            return <TextArea key={field} label={labelOf(field)} mono className="sm:col-span-2" hint={hint} error={errors[field] ?? null} value={text} onChange={({ target }) => { set(target.value); }} />;
          return <TextField key={field} label={labelOf(field)} inputMode={kind === "number" ? "decimal" : undefined} hint={hint} error={errors[field] ?? null} value={text} onChange={({ target }) => { set(target.value); }} />;
        })}
      </div>
    </Panel>
  );
}

/** What the setting means, and below it what it may be and was at first. */
function Described({ about, unit }: { about: Schemas["Described"]; unit: string | undefined }) {
  return (
    <>
      {about.what.replaceAll("`", "")}
      <span className="block">{boundsOf(about, unit)}</span>
    </>
  );
}
