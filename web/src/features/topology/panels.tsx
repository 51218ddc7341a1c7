/** Beside the map: what is chosen on it, and all that is on it as a list for those who cannot see it. */
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/button";
import { Name, visible } from "@/ui/name";
import { Panel } from "@/ui/page";
import { StatusBadge } from "@/ui/status";
import { count } from "@/ui/units";
import type { Group } from "./groups";
import { downOf, type Drawing } from "./shapes";

type Topology = Schemas["Topology"];
type Node = Topology["nodes"][number];
const SHOWN = 200;

/** Where one is among the groups, and how to come out again. */
export function Trail({ map, open }: { map: Drawing; open: (path: readonly string[]) => void }) {
  const ids = map.path.map(({ id }) => id);
  return (
    <nav aria-label="Groups" className="flex flex-wrap items-center gap-1 text-sm">
      <Button small tone="quiet" disabled={ids.length === 0} onClick={() => { open([]); }}>All</Button>
      {map.path.map(({ id, label }, at) => (
        <span key={id} className="flex items-center gap-1">
          <ChevronRight aria-hidden className="size-3.5 text-muted" />
          <Button small tone="quiet" disabled={at === ids.length - 1} onClick={() => { open(ids.slice(0, at + 1)); }}>{visible(label)}</Button>
        </span>
      ))}
      {map.groups.size > 0 && <span className="ml-2 text-xs text-muted">Too many for one picture: octagons are groups. Double click opens one; the search finds devices in all of them.</span>}
    </nav>
  );
}

export function ChosenDevice({ device, topology, choose }: { device: Node; topology: Topology; choose: (id: string) => void }) {
  const links = topology.links.filter((each) => each.source === device.id || each.target === device.id);
  const names = new Map(topology.nodes.map((each) => [each.id, each.name]));
  return (
    <Panel title={<Name>{device.name}</Name>} actions={<StatusBadge state={device.status} />}>
      <p className="text-sm text-muted">{[device.vendor, device.type, device.site].map((each) => visible(each ?? "")).filter(Boolean).join(", ")}</p>
      {device.managed !== false && <Link className="text-sm text-accent underline" to={`/devices/${device.id}` as never}>Open the device</Link>}
      <ul className="mt-3 max-h-[28rem] divide-y divide-line overflow-y-auto text-sm" tabIndex={0} aria-label="Links of the device">
        {links.map((each) => {
          const away = each.source === device.id;
          const other = away ? each.target : each.source;
          const [ours, theirs] = away ? [each.source_port, each.target_port] : [each.target_port, each.source_port];
          return (
            <li key={`${each.source_port}/${other}/${each.target_port}`} className="py-1.5">
              <button type="button" className="max-w-full text-left hover:underline" onClick={() => { choose(other); }}><Name>{names.get(other)}</Name></button>
              <div className="text-xs text-muted"><Name>{`${ours} – ${theirs} (${each.protocol}${each.confirmed === false ? ", one end says so" : ""})`}</Name></div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

export function ChosenGroup({ group, enter, choose }: { group: Group; enter: (id: string) => void; choose: (id: string) => void }) {
  const down = group.nodes.filter(({ status }) => status === "down");
  return (
    <Panel title={<Name>{group.label}</Name>} actions={<Button small onClick={() => { enter(group.id); }}>Open</Button>}>
      <p className="mb-2 text-sm text-muted">{count(group.nodes.length)} devices, {down.length === 0 ? "none of them down" : `${count(down.length)} down`}</p>
      <Devices devices={[...down, ...group.nodes.filter(({ status }) => status !== "down")]} choose={choose} />
    </Panel>
  );
}

export function OnTheMap({ map, topology, choose, enter }: { map: Drawing; topology: Topology | undefined; choose: (id: string) => void; enter: (id: string) => void }) {
  const drawn = new Set(map.nodes.map(({ id }) => id));
  const groups = [...map.groups.values()].sort((one, other) => downOf(other) - downOf(one) || other.nodes.length - one.nodes.length);
  return (
    <Panel title={groups.length > 0 ? "Groups and devices" : "Devices"} flush className="lg:max-h-[calc(100dvh-13.5rem)] lg:overflow-y-auto">
      {groups.length > 0 && (
        <ul className="divide-y divide-line border-b border-line text-sm" aria-label="Groups of the map">
          {groups.map((each) => (
            <li key={each.id} className="flex items-center gap-2 px-3 py-1.5">
              <button type="button" className="min-w-0 flex-1 text-left hover:underline" onClick={() => { enter(each.id); }}><Name>{each.label}</Name></button>
              {downOf(each) > 0 && <StatusBadge state="down" label={`${count(downOf(each))} down`} />}
              <span className="w-12 text-right text-muted">{count(each.nodes.length)}</span>
            </li>
          ))}
        </ul>
      )}
      <Devices padded devices={(topology?.nodes ?? []).filter(({ id }) => drawn.has(id))} choose={choose} />
    </Panel>
  );
}

function Devices({ devices, choose, padded }: { devices: readonly Node[]; choose: (id: string) => void; padded?: boolean }) {
  if (devices.length === 0) return null;
  return (
    <ul className="max-h-[28rem] divide-y divide-line overflow-y-auto text-sm lg:max-h-none" tabIndex={0} aria-label="Devices of the map">
      {devices.slice(0, SHOWN).map((each) => (
        <li key={each.id} className={padded ? "flex items-center gap-2 px-3 py-1.5" : "flex items-center gap-2 py-1.5"}>
          <button type="button" className="min-w-0 flex-1 text-left hover:underline" onClick={() => { choose(each.id); }}><Name>{each.name}</Name></button>
          <StatusBadge state={each.status} />
        </li>
      ))}
      {devices.length > SHOWN && <li className="px-3 py-2 text-muted">and {count(devices.length - SHOWN)} more: search for one by its name</li>}
    </ul>
  );
}
