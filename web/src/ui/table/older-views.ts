/** Views as an earlier version kept them, in this browser alone. */

export interface OlderView {
  name: string;
  search: Record<string, string>;
  columns: Record<string, boolean>;
}

const key = (table: string) => `netledger.views.${table}`;

/** null: there are none; what is no view is passed over. */
export function readOlder(table: string): OlderView[] | null {
  const text = localStorage.getItem(key(table));
  if (text === null) return null;
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found.flatMap(view) : [];
  } catch {
    return [];
  }
}

export function forgetOlder(table: string): void {
  localStorage.removeItem(key(table));
}

function view(each: unknown): OlderView[] {
  const { name, search, hidden } = (each ?? {}) as Record<string, unknown>;
  if (typeof name !== "string" || !name.trim()) return [];
  return [{ name: name.trim().slice(0, 60), search: only(search, "string"), columns: only(hidden, "boolean") }];
}

function only(values: unknown, kind: "string"): Record<string, string>;
function only(values: unknown, kind: "boolean"): Record<string, boolean>;
function only(values: unknown, kind: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries((values ?? {}) as object).filter(([, value]) => typeof value === kind));
}
