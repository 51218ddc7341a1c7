/** What to look through, with which credentials and probes, and what to leave out. */
import { useQuery } from "@tanstack/react-query";
import { Radar } from "lucide-react";
import { useState, type FormEvent } from "react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { CheckField, TextArea, TextField } from "@/ui/field";
import { Name } from "@/ui/name";
import { count } from "@/ui/units";
import { parseTargets, totalSize } from "./targets";

const PROBES = [
  ["icmp", "ICMP"],
  ["snmp", "SNMP"],
  ["routeros", "RouterOS"],
  ["ssh", "SSH"],
] as const;
type Probe = (typeof PROBES)[number][0];

export function StartForm() {
  const [targets, setTargets] = useState("");
  const [exclude, setExclude] = useState("");
  const [site, setSite] = useState("");
  const [reason, setReason] = useState("");
  const [probes, setProbes] = useState<readonly Probe[]>(PROBES.map(([id]) => id));
  const [credentials, setCredentials] = useState<readonly string[] | null>(null);
  const wanted = parseTargets(targets);
  const left = parseTargets(exclude);
  const wrong = wanted.find(({ error }) => error);
  const wrongLeft = left.find(({ error }) => error);

  const start = useCommand(
    () =>
      answered(
        client.POST("/api/v1/discovery/start", {
          body: { targets: wanted.map(({ text }) => text), exclude: left.map(({ text }) => text), probes: [...probes], credential_ids: credentials === null ? null : [...credentials], site: site.trim(), reason },
        }),
      ),
    { done: "Discovery asked for", onSuccess: () => { setReason(""); } },
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    start.mutate();
  }
  const some = probes.length > 0 && (credentials === null || credentials.length > 0 || !probes.some((each) => each !== "icmp"));

  return (
    <form onSubmit={submit} className="grid gap-x-4 gap-y-3 md:grid-cols-2">
      <TextArea
        label="Targets"
        placeholder={"10.0.0.0/24\n10.0.1.5-10.0.1.9\ncore1.example.net"}
        mono
        value={targets}
        onChange={({ target }) => { setTargets(target.value); }}
        error={wrong ? `${wrong.text}: ${wrong.error ?? ""}` : null}
        hint={wanted.length > 0 ? `${count(totalSize(wanted))} addresses` : "Networks, ranges, addresses or names. Left empty: the ranges of the settings."}
      />
      <TextArea label="Leave out" mono value={exclude} onChange={({ target }) => { setExclude(target.value); }} error={wrongLeft ? `${wrongLeft.text}: ${wrongLeft.error ?? ""}` : null} hint="These are never asked." />
      <fieldset>
        <legend className="mb-1 text-xs font-medium text-muted">Probes</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {PROBES.map(([id, label]) => (
            <CheckField key={id} label={label} checked={probes.includes(id)} onChange={({ target }) => { setProbes(target.checked ? [...probes, id] : probes.filter((each) => each !== id)); }} />
          ))}
        </div>
      </fieldset>
      <Credentials chosen={credentials} onChoose={setCredentials} />
      <TextField label="Site" hint="Where this network is: the same address at two sites is two devices." value={site} onChange={({ target }) => { setSite(target.value); }} />
      <TextField label="Reason" hint="Kept in the audit with your name." value={reason} onChange={({ target }) => { setReason(target.value); }} />
      <div className="md:col-span-2">
        <Button type="submit" tone="primary" icon={Radar} busy={start.isPending} disabled={Boolean(wrong ?? wrongLeft) || !some}>
          Discover
        </Button>
      </div>
    </form>
  );
}

/** Only admins see which credentials there are; for others all are tried. */
function Credentials({ chosen, onChoose }: { chosen: readonly string[] | null; onChoose: (ids: readonly string[] | null) => void }) {
  const can = useCan();
  const stored = useQuery({ ...get("/api/v1/credentials", { query: { limit: 200 } }), enabled: can("admin") });
  if (!can("admin")) return <p className="self-end text-xs text-muted">All stored credentials are tried.</p>;
  const all = stored.data?.items ?? [];
  return (
    <fieldset>
      <legend className="mb-1 text-xs font-medium text-muted">Credentials</legend>
      <div className="flex max-h-28 flex-wrap gap-x-4 gap-y-1 overflow-y-auto">
        <CheckField label="All that are stored" checked={chosen === null} onChange={({ target }) => { onChoose(target.checked ? null : all.map(({ id }) => id)); }} />
        {chosen !== null &&
          all.map(({ id, name, kind }) => (
            <CheckField
              key={id}
              label={<span className="flex gap-1.5"><Name>{name}</Name><span className="text-xs text-muted">{kind}</span></span>}
              checked={chosen.includes(id)}
              onChange={({ target }) => { onChoose(target.checked ? [...chosen, id] : chosen.filter((each) => each !== id)); }}
            />
          ))}
      </div>
      {stored.data?.items.length === 0 && <p className="text-xs text-warn">None is stored: devices will answer pings and little else.</p>}
    </fieldset>
  );
}
