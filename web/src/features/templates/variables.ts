/** Variables of templates: between what a form holds, which is text, and what the API takes. */
import type { Schemas } from "@/api/client";

export type Variable = Schemas["Variable"];
export type VariableType = NonNullable<Variable["type"]>;
/** What the fields hold, by the variable's name: text, or whether a box is ticked. Lists have one item a line. */
export type Draft = Readonly<Record<string, string | boolean>>;

export const TYPES: readonly VariableType[] = ["string", "int", "float", "bool", "ip", "cidr", "choice", "list", "secret"];
export const ITEM_TYPES: readonly NonNullable<Variable["items"]>[] = ["string", "int", "float", "ip", "cidr"];

export const EXAMPLES: Partial<Record<VariableType, string>> = { ip: "192.0.2.1", cidr: "192.0.2.0/24" };

/** The fields before anything was typed: the defaults. */
export function drafted(variables: readonly Variable[]): Draft {
  return Object.fromEntries(variables.map((each) => [each.name, written(each, each.default)]));
}

function written({ type }: Variable, value: Variable["default"]): string | boolean {
  if (type === "bool") return value === true;
  if (Array.isArray(value)) return value.map(String).join("\n");
  return value === null || value === undefined ? "" : String(value);
}

/** What is given to the API. Empty fields are left out, so that defaults hold; what is no number is sent as it stands and refused there by name. */
export function given(variables: readonly Variable[], draft: Draft): Record<string, unknown> {
  const pairs = variables.map((each) => [each.name, valueOf(each, draft[each.name])] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

function valueOf(variable: Variable, raw: string | boolean | undefined): unknown {
  const { type = "string", items = "string" } = variable;
  if (type === "bool") return raw === true;
  const text = typeof raw === "string" ? raw : "";
  if (type === "list") {
    const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
    return lines.length === 0 && variable.default ? undefined : lines.map((line) => scalar(items, line));
  }
  if (text === "") return undefined;
  return scalar(type, text);
}

function scalar(type: string, text: string): unknown {
  if (type !== "int" && type !== "float") return text;
  const number = Number(text.trim());
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}

/** A default as the form of the declaration holds it. */
export function defaultOf(variable: Variable, text: string): NonNullable<Variable["default"]> | null {
  if (text === "" || variable.type === "secret") return null;
  if (variable.type === "bool") return text === "true";
  const value = valueOf({ ...variable, default: null }, text);
  return value === undefined ? null : (value as NonNullable<Variable["default"]>);
}

/** The default as text; `true` and `false` for a yes or no. */
export function defaultText({ default: value }: Variable): string {
  if (Array.isArray(value)) return value.map(String).join("\n");
  return value === null || value === undefined ? "" : String(value);
}

/** Another type: what does not belong to it goes, so that the declaration is not refused for what is no longer shown. */
export function retyped(variable: Variable, type: VariableType): Variable {
  const next: Variable = { name: variable.name, label: variable.label ?? "", help: variable.help ?? "", required: variable.required ?? true, type };
  if (type === "choice") next.choices = variable.choices?.length ? variable.choices : ["first", "second"];
  if (type === "list") next.items = variable.items ?? "string";
  return next;
}

/** Names that a template uses and nobody declared; `device` is always there. Words of the language are no names. */
export function undeclared(body: string, variables: readonly Variable[]): string[] {
  const known = new Set([...variables.map(({ name }) => name), ...BUILT_IN]);
  for (const [, names = ""] of body.matchAll(/\{%-?\s*(?:set|for|macro)\s+([A-Za-z_][\w\s,]*?)(?=\s*(?:=|\bin\b|\(|%))/g))
    for (const name of names.split(/[\s,]+/)) known.add(name);
  const found = new Set<string>();
  for (const [, name = ""] of body.matchAll(/\{\{-?\s*([A-Za-z_]\w*)/g)) if (!known.has(name)) found.add(name);
  return [...found];
}
const BUILT_IN = ["device", "loop", "range", "namespace", "self", "caller", "dict", "true", "false", "none", "not"];

/** The message for a field, out of the errors that a refusal names. */
export function fieldErrors(details: Readonly<Record<string, unknown>>, message: string): ReadonlyMap<string, string> {
  const errors = Array.isArray(details.errors) ? (details.errors as { field?: unknown; message?: unknown }[]) : [{ field: details.field, message }];
  return new Map(errors.flatMap(({ field, message: text }) => (typeof field === "string" ? [[field, String(text)] as const] : [])));
}
