/** What differs between a device as it was and as it is. */
import type { Schemas } from "@/api/client";

export type Device = Schemas["DeviceBody"];
export type Interface = Schemas["PhysicalInterface"];

/** What is shown of a device, in the order of the page. */
export const FIELDS = [
  ["name", "Name"],
  ["status", "Status"],
  ["addresses", "Addresses"],
  ["mac", "MAC"],
  ["vendor", "Vendor"],
  ["model", "Model"],
  ["serial", "Serial"],
  ["os_name", "System"],
  ["os_version", "Version"],
  ["type", "Type"],
  ["site", "Site"],
  ["location", "Location"],
  ["contact", "Contact"],
  ["owner", "Owner"],
  ["labels", "Labels"],
  ["notes", "Notes"],
] as const satisfies readonly (readonly [keyof Device, string])[];

export type Field = (typeof FIELDS)[number][0];

export function same(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) return JSON.stringify([...(one as string[])].sort()) === JSON.stringify([...(other as string[])].sort());
  return JSON.stringify(one ?? "") === JSON.stringify(other ?? "");
}

/** The fields whose values were others then. */
export function differingFields(then: Device, now: Device): Set<Field> {
  return new Set(FIELDS.map(([field]) => field).filter((field) => !same(then[field], now[field])));
}

export type RowState = "same" | "changed" | "since" | "gone";
export interface Compared<T> {
  row: T;
  state: RowState;
  /** What it is now, where that differs. */
  now?: T;
}

/**
 * Rows as they were beside those that are: `gone` are not there any more, `since` have come since. Order: as they were, then what
 * has come.
 */
export function compareRows<T>(then: readonly T[], now: readonly T[], key: (row: T) => string, differs: (one: T, other: T) => boolean): Compared<T>[] {
  const present = new Map(now.map((row) => [key(row), row]));
  const past = new Set(then.map(key));
  return [
    ...then.map((row): Compared<T> => {
      const next = present.get(key(row));
      if (next === undefined) return { row, state: "gone" };
      return differs(row, next) ? { row, state: "changed", now: next } : { row, state: "same" };
    }),
    ...now.filter((row) => !past.has(key(row))).map((row): Compared<T> => ({ row, state: "since" })),
  ];
}

export const INTERFACE_FIELDS = ["name", "alias", "admin_status", "oper_status", "speed_bps", "mtu", "mac", "addresses"] as const;

export function interfaceDiffers(one: Interface, other: Interface): boolean {
  return INTERFACE_FIELDS.some((field) => !same(one[field], other[field]));
}

/** A neighbour as devices tell of one another. */
export interface Neighbour {
  protocol: string;
  local_interface: string;
  system_name: string;
  port_id: string;
  port_description: string;
  platform: string;
  system_description: string;
  chassis_id: string;
  addresses: string[];
}

export function neighbours(device: Device): Neighbour[] {
  return device.neighbours as unknown as Neighbour[];
}

export function neighbourKey(each: Neighbour): string {
  return [each.protocol, each.local_interface, each.chassis_id || each.system_name].join(" ");
}
