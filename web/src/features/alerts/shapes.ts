/** Rules and alerts in words. */
import type { ReactNode } from "react";
import type { Schemas } from "@/api/client";
import { asText } from "@/ui/audit/values";
import { duration, metricName, metricValue } from "@/ui/units";

type Condition = Schemas["RuleBody"]["condition"];
type Scope = Schemas["Scope"];

const lasting = (seconds: number | undefined): string => (seconds ? ` for ${duration(seconds)}` : "");

/** "cpu percent > 90 % for 10 min, over below 75 %". */
export function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case "threshold": {
      const { metric, op, value, upper, clear, for_s } = condition;
      const limit = op === "outside" ? `outside ${metricValue(metric, value)} to ${metricValue(metric, upper)}` : `${op} ${metricValue(metric, value)}`;
      const over = clear === null || clear === undefined ? "" : `, over at ${metricValue(metric, clear)}`;
      return `${metricName(metric)} ${limit}${lasting(for_s)}${over}`;
    }
    case "absence":
      return `no ${metricName(condition.metric)}${lasting(condition.for_s ?? 900)}`;
    case "device_down":
      return `device down${lasting(condition.for_s)}`;
    case "interface_down":
      return `interface down${lasting(condition.for_s)}`;
    case "anomaly":
      return `anomaly of ${condition.metric ? metricName(condition.metric) : "any metric"}, score above ${String(condition.score ?? 0.8)}`;
    case "compliance":
      return `configuration breaks a policy, ${condition.min_severity ?? "low"} or graver`;
    case "config_drift":
      return "configuration changed by others";
    case "customer_drift":
      return "customer changed by hand";
    case "log": {
      const source = condition.source === "any" || !condition.source ? "message" : condition.source;
      const words = condition.contains?.length ? ` with “${condition.contains.join("”, “")}”` : "";
      return `${source}${words}${condition.trap_oid ? `, trap ${condition.trap_oid}` : ""}`;
    }
  }
}

/** Where a rule or silence holds; empty is everywhere. */
export function scopeText(scope: Scope | undefined): string {
  const parts = Object.entries(scope ?? {})
    .filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== ""))
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${Array.isArray(value) ? value.join(", ") : String(value)}`);
  return parts.join("; ") || "everywhere";
}

/** Which alerts share one message: a group's own name is made of ids. */
export function groupText({ group, standing }: { group: string; standing: number }): string {
  const [, kind, name = ""] = /^[^/]*\/(site|device)\/(.*)$/.exec(group) ?? [];
  const by = kind === "site" ? `of the site ${name || "that has no name"}` : kind === "device" ? "of the device" : "of the rule";
  return `those ${by} are told together, ${String(standing)} standing`;
}

/** Facts without those of which there is nothing to say. */
export function known(items: readonly (readonly [string, ReactNode])[]): (readonly [string, ReactNode])[] {
  return items.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "");
}

/** What free JSON says, for a list of facts. */
export function details(detail: unknown): [string, string][] {
  if (typeof detail !== "object" || detail === null) return [];
  return Object.entries(detail as Record<string, unknown>)
    .filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => [sentence(name.replaceAll("_", " ")), spelledOut(value)]);
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A list line by line; what has a title by its title and severity. */
function spelledOut(value: unknown): string {
  if (Array.isArray(value)) return value.map(spelledOut).join("\n");
  if (typeof value !== "object" || value === null) return typeof value === "number" ? Number(value.toPrecision(6)).toString() : String(value);
  const { title, severity } = value as { title?: unknown; severity?: unknown };
  if (typeof title === "string") return typeof severity === "string" ? `${severity}: ${title}` : title;
  return asText(value);
}
