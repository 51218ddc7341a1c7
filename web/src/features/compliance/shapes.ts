/** What findings and policies look like in words, and policies as the text of an editor. */
import type { Schemas } from "@/api/client";
import type { Tone } from "@/ui/status";

export type PolicyRow = Schemas["PolicyRow"];
export type Rule = Schemas["PolicyRule"];
export type Content = Schemas["PolicyContent"];

export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STATE_TONES: Readonly<Record<string, Tone>> = { open: "warn", accepted: "note", closed: "ok" };

const CHECKS: Readonly<Record<Rule["check"], string>> = {
  must_contain: "a line must contain",
  must_not_contain: "no line may contain",
  must_match: "a line must match",
  must_not_match: "no line may match",
};
export const CHECK_OPTIONS = Object.entries(CHECKS).map(([value, label]) => ({ value, label }));

/** A rule as a sentence. */
export function ruleText(rule: Rule): string {
  const where = rule.section ? `In each section that matches ${rule.section}, ` : "";
  const text = `${where}${CHECKS[rule.check]} ${rule.value}`;
  const when = rule.only_if ? `, where a line matches ${rule.only_if}` : "";
  return text.charAt(0).toUpperCase() + text.slice(1) + when;
}

export function content(row: PolicyRow): Content {
  const { name, description, severity, platforms, labels, enabled, rules } = row;
  return { name, description, severity: severity as Severity, platforms, labels, enabled, rules: rules.map(trimmed) };
}

const DEFAULTS: Partial<Record<keyof Rule, unknown>> = { no_section: "fail", severity: null };

/** Without what is as it is by default: shorter to read and to change. */
export function trimmed(rule: Rule): Rule {
  const kept = Object.entries(rule).filter(
    ([key, value]) => !(value === "" || (Array.isArray(value) && value.length === 0) || (key in DEFAULTS && DEFAULTS[key as keyof Rule] === value)),
  );
  return Object.fromEntries(kept) as Rule;
}

/** A policy out of the JSON that was typed. Throws an Error that says what is wrong with it. */
export function parsed(text: string): Content {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("A policy is an object with name and rules.");
  const given = value as Partial<Content>;
  if (typeof given.name !== "string" || !Array.isArray(given.rules)) throw new Error("A policy needs a name and a list of rules.");
  return { description: "", severity: "medium", platforms: [], labels: [], enabled: true, ...given } as Content;
}

/** An id for a new rule that no other has. */
export function freshId(rules: readonly Rule[]): string {
  const taken = new Set(rules.map(({ id }) => id));
  let number = rules.length + 1;
  while (taken.has(`rule-${String(number)}`)) number += 1;
  return `rule-${String(number)}`;
}

/** Words of a field, as labels and platforms are typed. */
export function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

/** As many findings at one moment as at another: what changed since the first point. */
export function since(points: readonly Schemas["TrendPoint"][]): number {
  return (points.at(-1)?.total ?? 0) - (points[0]?.total ?? 0);
}
