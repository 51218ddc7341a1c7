/** What is known of a device. */
import type { ReactNode } from "react";
import { Name } from "@/ui/name";
import { Facts, Panel } from "@/ui/page";
import { Chip, StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { duration, milliseconds } from "@/ui/units";
import { differingFields, FIELDS, type Device, type Field } from "./differences";
import { Differing } from "./mark";

function shown(device: Device, field: Field): ReactNode {
  switch (field) {
    case "status":
      return <StatusBadge state={device.status} />;
    case "addresses":
      return <span className="font-mono text-xs">{device.addresses.join(", ")}</span>;
    case "labels":
      return device.labels.length === 0 ? "" : device.labels.map((each) => <Chip key={each} className="mr-1">{each}</Chip>);
    case "mac":
    case "serial":
      return <Name wrap fallback="–" className="font-mono text-xs">{device[field]}</Name>;
    default:
      return device[field] ? <Name wrap>{device[field]}</Name> : "";
  }
}

export function DeviceFacts({ then, now, marked }: { then: Device; now: Device; marked: boolean }) {
  const differing = marked ? differingFields(then, now) : new Set<Field>();
  const facts = (fields: readonly Field[]) =>
    FIELDS.filter(([field]) => fields.includes(field)).map(([field, label]) => [label, differing.has(field) ? <Differing key={field} now={now[field]}>{shown(then, field) || "–"}</Differing> : shown(then, field)] as const);
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Panel title="What it is">
        <Facts items={facts(["name", "status", "addresses", "mac", "vendor", "model", "serial", "os_name", "os_version", "type"])} />
      </Panel>
      <Panel title="Where and whose">
        <Facts items={facts(["site", "location", "contact", "owner", "labels", "notes"])} />
      </Panel>
      <Panel title="Now">
        <Facts
          items={[
            ["First seen", <Time key="first" at={now.first_seen} />],
            ["Last seen", <Time key="last" at={now.last_seen} relative />],
            ["Changed", <Time key="changed" at={now.changed_at} relative />],
            ["Up for", duration(now.uptime_s)],
            ["Answers in", milliseconds(now.rtt_ms)],
            ["Last backup", <Time key="backup" at={now.last_backup} relative />],
          ]}
        />
      </Panel>
      <Panel title="How it is known">
        <Facts
          items={[
            ["SNMP name", <Name key="name" wrap fallback="–">{then.snmp.sys_name}</Name>],
            ["Description", <Name key="description" wrap fallback="–">{then.snmp.sys_descr}</Name>],
            ["Object id", <code key="oid" className="text-xs">{then.snmp.sys_object_id || "–"}</code>],
            ["Known by", <Identities key="identities" of={then.identities} />],
          ]}
        />
      </Panel>
    </div>
  );
}

const FEW = 4;

function Identities({ of }: { of: readonly string[] }) {
  if (of.length === 0) return <span className="text-muted">its address alone</span>;
  const list = (items: readonly string[]) => items.map((each) => <li key={each} className="truncate font-mono text-xs" title={each}>{visibleIdentity(each)}</li>);
  return (
    <>
      <ul>{list(of.slice(0, FEW))}</ul>
      {of.length > FEW && (
        <details>
          <summary className="text-xs text-muted">{of.length - FEW} more</summary>
          <ul>{list(of.slice(FEW))}</ul>
        </details>
      )}
    </>
  );
}

function visibleIdentity(identity: string): string {
  return identity.replace(":", " ");
}
