/** The audit's filter: as it is in the address, and as the API takes it. */
import type { AuditFilter } from "@/ui/audit";
import type { UrlState } from "@/ui/hooks";

export const SPANS = [
  { value: "", label: "Any time" },
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
] as const;

const SECONDS: Record<string, number> = { m: 60, h: 3_600, d: 86_400 };

/** Groups of events that people look for, by the prefix of their types. */
export const KINDS = [
  { value: "", label: "Any event" },
  { value: "device.", label: "Devices" },
  { value: "operation.", label: "Operations" },
  { value: "customer.", label: "Customers" },
  { value: "config.", label: "Configurations" },
  { value: "template.", label: "Templates" },
  { value: "alert.", label: "Alerts" },
  { value: "settings.", label: "Settings" },
  { value: "credential.", label: "Credentials" },
  { value: "user.", label: "Users" },
  { value: "api_key.", label: "API keys" },
] as const;

/** "24h" before `now` (ms) as RFC 3339, to the minute, so that the same question has the same name; undefined where it is no span. */
export function sinceMoment(span: string | undefined, now: number): string | undefined {
  const found = /^(\d{1,4})([mhd])$/.exec(span ?? "");
  const size = SECONDS[found?.[2] ?? ""];
  if (!found || size === undefined) return undefined;
  const minute = Math.floor(now / 60_000) * 60_000;
  return new Date(minute - Number(found[1]) * size * 1000).toISOString();
}

export function filterOf(search: UrlState, now: number): AuditFilter {
  const { type, actor, device_id, customer_id, operation_id, correlation_id, since, to } = search;
  const from = sinceMoment(since, now);
  return Object.fromEntries(Object.entries({ type, actor, device_id, customer_id, operation_id, correlation_id, from, to }).filter(([, value]) => value));
}

export const SUBJECTS = [
  ["device_id", "Device"],
  ["customer_id", "Customer"],
  ["operation_id", "Operation"],
  ["correlation_id", "Chain"],
] as const;
