/** Records that may be of one device, with what speaks for it and against it: merge them, or keep them apart. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { GitMerge, SplitSquareHorizontal } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { Name, visible } from "@/ui/name";
import { Facts, Panel } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Message, QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { count } from "@/ui/units";

type Candidate = Schemas["MergeCandidate"];
type One = Schemas["LikeRecord"];

export function Candidates() {
  const found = useQuery(get("/api/v1/inventory/merge-candidates"));
  return (
    <QueryState query={found} empty={<Message icon={GitMerge} title="No two records look alike">Records that share a serial number, a MAC, a name or an address, and that discovery did not merge by itself, show here.</Message>}>
      {({ items }) => (
        <div className="flex flex-col gap-3">
          <p className="text-sm text-muted">{count(items.length)} {items.length === 1 ? "pair" : "pairs"} of records that may be of one device. What was merged wrongly can be split on the device&apos;s page.</p>
          {items.map((each) => <Pair key={each.older.id + each.newer.id} pair={each} />)}
        </div>
      )}
    </QueryState>
  );
}

/** With the address where both are called the same. */
function nameOf(one: One, { older, newer }: Candidate): string {
  const name = visible(one.name || one.address).slice(0, 60);
  return older.name === newer.name && one.name ? `${name} (${one.address})` : name;
}

function Pair({ pair }: { pair: Candidate }) {
  const can = useCan();
  const ask = useAsk();
  const { older: one, newer: other } = pair;
  const [kept, setKept] = useState(one.id);
  const into = kept === one.id ? one : other;
  const gone = into === one ? other : one;
  const path = { params: { path: { device: into.id } } };
  const merge = useCommand((reason: string) => answered(client.POST("/api/v1/inventory/devices/{device}/merge", { ...path, body: { other_id: gone.id, reason } })), { done: "Merged" });
  const apart = useCommand((reason: string) => answered(client.POST("/api/v1/inventory/devices/{device}/keep-apart", { ...path, body: { other_id: gone.id, reason } })), { done: "Kept apart" });

  async function onMerge() {
    const given = await ask({ title: `Merge ${nameOf(gone, pair)} into ${nameOf(into, pair)}?`, description: "Addresses, identities and history come together. It can be split again.", confirm: "Merge", reasonRequired: true });
    if (given) merge.mutate(given.reason);
  }
  async function onApart() {
    const given = await ask({ title: `Are ${nameOf(one, pair)} and ${nameOf(other, pair)} two devices?`, description: "They are not offered again, and no discovery merges them.", confirm: "They are two", reasonRequired: true });
    if (given) apart.mutate(given.reason);
  }
  return (
    <Panel
      title={<span className="flex items-center gap-2"><StatusBadge state={pair.strength} tone={pair.strength === "strong" ? "warn" : "idle"} label={pair.strength === "strong" ? "likely one device" : "perhaps one device"} /></span>}
    >
      <div className="grid gap-4 md:grid-cols-3">
        {[one, other].map((each) => <Record key={each.id} one={each} />)}
        <div className="flex flex-col gap-2">
          <Told label="For it" items={pair.evidence} />
          <Told label="Against it" items={pair.against} />
          {can("engineer") && (
            <div className="mt-auto flex flex-wrap items-end gap-2 pt-2">
              <SelectField label="The record that stays" className="min-w-40 flex-1" value={kept} onChange={({ target }) => { setKept(target.value); }} options={[one, other].map((each) => ({ value: each.id, label: nameOf(each, pair) }))} />
              <Button icon={GitMerge} busy={merge.isPending} onClick={() => void onMerge()}>Merge…</Button>
              <Button icon={SplitSquareHorizontal} busy={apart.isPending} onClick={() => void onApart()}>They are two…</Button>
            </div>
          )}
        </div>
      </div>
    </Panel>
  );
}

function Record({ one }: { one: One }) {
  return (
    <div className="min-w-0">
      <Link className="font-medium hover:text-accent hover:underline" to={`/devices/${one.id}`}><Name>{one.name || one.address}</Name></Link>
      <Facts
        className="mt-1"
        items={[
          ["State", <StatusBadge key="state" state={one.status} />],
          ["Address", <code key="address" className="text-xs">{one.address}</code>],
          ["What", <Name key="what" wrap fallback="–">{`${one.vendor} ${one.model}`.trim()}</Name>],
          ["Serial", <Name key="serial" wrap fallback="–">{one.serial}</Name>],
          ["Site", <Name key="site" wrap fallback="–">{one.site}</Name>],
          ["First seen", <Time key="first" at={one.first_seen} relative />],
          ["Last seen", <Time key="last" at={one.last_seen} relative />],
        ]}
      />
    </div>
  );
}

function Told({ label, items }: { label: string; items: Readonly<Record<string, string>> }) {
  const told = Object.entries(items);
  return (
    <div>
      <h3 className="text-xs font-medium text-muted">{label}</h3>
      {told.length === 0 ? <p className="text-sm text-muted">nothing</p> : <ul className="text-sm">{told.map(([kind, text]) => <li key={kind} className="break-words"><span className="text-muted">{kind}:</span> <Name wrap className="inline!">{text}</Name></li>)}</ul>}
    </div>
  );
}
