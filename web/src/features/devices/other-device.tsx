/** Two records of one device are merged; what was merged wrongly is split. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { useRested } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Message, QueryState } from "@/ui/states";
import type { Device } from "./differences";

export function OtherDevice({ device, what, onClose }: { device: Device; what: "merge" | "split"; onClose: () => void }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const merging = what === "merge";
  const run = useCommand(
    (other_id: string) => {
      const told = { params: { path: { device: device.id } }, body: { other_id, reason } };
      return answered(merging ? client.POST("/api/v1/inventory/devices/{device}/merge", told) : client.POST("/api/v1/inventory/devices/{device}/split", told));
    },
    { done: merging ? "Merged" : "Split", onSuccess: onClose },
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title={merging ? "Merge another device into this one" : "Split off a merged device"}
      description={merging ? "Both records are of one device: its addresses, identities and history come together. It can be split again." : "A record that was merged into this one stands for itself again."}
      footer={<Button tone="primary" disabled={chosen === null} busy={run.isPending} onClick={() => { if (chosen) run.mutate(chosen); }}>{merging ? "Merge" : "Split"}</Button>}
    >
      <div className="flex flex-col gap-3">
        {merging ? <Candidates device={device} chosen={chosen} onChoose={setChosen} /> : <Absorbed device={device} chosen={chosen} onChoose={setChosen} />}
        <TextField label="Reason" hint="Kept in the audit with your name." value={reason} onChange={(event) => { setReason(event.target.value); }} />
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  device: Device;
  chosen: string | null;
  onChoose: (id: string) => void;
}

function Candidates({ device, chosen, onChoose }: ChoiceProps) {
  const [q, setQ] = useState("");
  const asked = useRested(q);
  const found = useQuery(get("/api/v1/inventory/devices", { query: { q: asked, limit: 20 } }));
  return (
    <>
      <TextField type="search" label="Find the other record" value={q} autoFocus onChange={(event) => { setQ(event.target.value); }} />
      <QueryState query={found} compact empty={<Message title="No device is called that" />}>
        {({ items }) => (
          <fieldset className="flex max-h-60 flex-col overflow-y-auto">
            <legend className="sr-only">The other record</legend>
            {items.filter(({ id }) => id !== device.id).map((each) => (
              <Choice key={each.id} id={each.id} name={each.name || each.address} note={`${each.address} ${each.vendor} ${each.serial}`} chosen={chosen} onChoose={onChoose} />
            ))}
          </fieldset>
        )}
      </QueryState>
    </>
  );
}

/** What was merged into this device, from its history, with the evidence that was given then. */
function Absorbed({ device, chosen, onChoose }: ChoiceProps) {
  const merges = useQuery(get("/api/v1/audit", { query: { device_id: device.id, type: "device.merged.v1", limit: 100 } }));
  return (
    <QueryState query={merges} compact empty={<Message title="Nothing was merged into this device" />}>
      {({ items }) => (
        <fieldset className="flex flex-col">
          <legend className="sr-only">The merged record</legend>
          {items.map((entry) => <Merged key={entry.position} position={entry.position} note={entry.summary} chosen={chosen} onChoose={onChoose} />)}
        </fieldset>
      )}
    </QueryState>
  );
}

function Merged({ position, note, chosen, onChoose }: { position: number; note: string } & Omit<ChoiceProps, "device">) {
  const event = useQuery(get("/api/v1/audit/{position}", { path: { position } }));
  const data = event.data?.data as { other_id?: string; other_name?: string; evidence?: Record<string, string> } | undefined;
  if (!data?.other_id) return null;
  const evidence = Object.entries(data.evidence ?? {}).map(([name, text]) => `${name}: ${text}`).join(", ");
  return <Choice id={data.other_id} name={data.other_name || data.other_id} note={evidence || note} chosen={chosen} onChoose={onChoose} />;
}

function Choice({ id, name, note, chosen, onChoose }: { id: string; name: string; note: string } & Omit<ChoiceProps, "device">) {
  return (
    <label className="flex cursor-pointer items-start gap-2 rounded px-2 py-1 hover:bg-hover">
      <input type="radio" name="other" className="mt-1 accent-accent" checked={chosen === id} onChange={() => { onChoose(id); }} />
      <span className="min-w-0">
        <Name className="font-medium">{name}</Name>
        <span className="block text-xs break-words text-muted">{note}</span>
      </span>
    </label>
  );
}
