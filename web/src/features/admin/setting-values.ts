/** Settings as text in a form and back. */
import type { ValueChange } from "@/ui/audit";

export type SettingKind = "boolean" | "number" | "text" | "list" | "json";

export function kindOf(value: unknown): SettingKind {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return "list";
  return typeof value === "object" ? "json" : "text";
}

export function written(value: unknown): string {
  switch (kindOf(value)) {
    case "list":
      return (value as string[]).join("\n");
    case "json":
      return value === null ? "" : JSON.stringify(value, null, 2);
    default:
      return String(value as string | number | boolean);
  }
}

export function parse(text: string, kind: SettingKind): { value: unknown; error: string | null } {
  const good = (value: unknown) => ({ value, error: null });
  switch (kind) {
    case "boolean":
      return good(text === "true");
    case "number": {
      const value = Number(text.trim());
      return text.trim() !== "" && Number.isFinite(value) ? good(value) : { value: null, error: "a number" };
    }
    case "list":
      return good(text.split(/[\s,]+/).filter(Boolean));
    case "json":
      try {
        return good(text.trim() === "" ? null : JSON.parse(text));
      } catch {
        return { value: null, error: "not JSON" };
      }
    case "text":
      return good(text);
  }
}

export function changesOf(fields: Record<string, unknown>, texts: Record<string, string>): ValueChange[] {
  return Object.entries(fields).flatMap(([field, old]) => {
    const { value } = parse(texts[field] ?? "", kindOf(old));
    return JSON.stringify(value) === JSON.stringify(old) ? [] : [{ field, old, new: value }];
  });
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_per_s$/, "a second"],
  [/_s$/, "seconds"],
  [/_ms$/, "milliseconds"],
  [/_days$/, "days"],
  [/_bps$/, "bit/s"],
  [/_percent$/, "%"],
];

/** "Interval" of `interval_s`: the unit is told beside it. */
export function labelOf(name: string): string {
  const bare = UNITS.reduce((text, [pattern]) => text.replace(pattern, ""), name).replaceAll("_", " ");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

/** "Seconds, whole number ≥ 10; at first 300" */
export function boundsOf({ bounds, default: first, choices }: { bounds: string; default?: unknown; choices: readonly string[] }, unit: string | undefined): string {
  const may = [unit?.replace(/\.$/, "").toLowerCase(), choices.length > 0 ? undefined : bounds.replaceAll("`", "")].filter(Boolean).join(", ");
  const was = first === null || first === undefined || first === "" || JSON.stringify(first).length > LONGEST_DEFAULT || /^(\[\]|\{\})$/.test(JSON.stringify(first)) ? "" : `at first ${written(first).replaceAll("\n", ", ")}`;
  const text = [may, was].filter(Boolean).join("; ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const LONGEST_DEFAULT = 60;

export function hintOf(name: string, kind: SettingKind): string | undefined {
  const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1];
  if (unit && kind === "number") return unit;
  if (kind === "list") return "One a line.";
  return kind === "json" ? "As JSON." : undefined;
}
