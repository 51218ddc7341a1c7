/** What the API keeps as free JSON of a customer: the evidence of a change, and a difference between router and ledger. */

export interface EvidenceStep {
  name: string;
  state: "intended" | "sent" | "confirmed" | "observed";
  at: string;
  detail: string;
}

export interface LastChange {
  at: string;
  type: string;
  actor: { kind: string; id: string; name: string };
  reason: string;
  method?: string;
  notes: string[];
  session?: { state: string; detail: string; address: string };
  evidence: EvidenceStep[];
  requested?: { at: string; actor: { name: string }; reason: string };
  operation_id?: string;
  changed_router?: boolean;
}

export interface Difference {
  field: string;
  expected: string;
  found: string;
}

const record = (value: unknown): Record<string, unknown> => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});
const text = (value: unknown): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Null where there was no change yet. */
export function lastChange(value: unknown): LastChange | null {
  if (value === null || value === undefined) return null;
  const change = record(value);
  const actor = record(change.actor);
  const session = change.session ? record(change.session) : null;
  const requested = change.requested ? record(change.requested) : null;
  return {
    at: text(change.at),
    type: text(change.type),
    actor: { kind: text(actor.kind), id: text(actor.id), name: text(actor.name) },
    reason: text(change.reason),
    method: text(change.method) || undefined,
    notes: list(change.notes).map(text),
    session: session ? { state: text(session.state), detail: text(session.detail), address: text(session.address) } : undefined,
    evidence: steps(change.evidence),
    requested: requested ? { at: text(requested.at), actor: { name: text(record(requested.actor).name) }, reason: text(requested.reason) } : undefined,
    operation_id: text(change.operation_id) || undefined,
    changed_router: change.changed_router === true,
  };
}

export function steps(value: unknown): EvidenceStep[] {
  return list(value).map((each) => {
    const step = record(each);
    return { name: text(step.name), state: text(step.state) as EvidenceStep["state"], at: text(step.at), detail: text(step.detail) };
  });
}

/** The fields in which the router (`found`) differs from the ledger (`expected`). */
export function differences(drift: unknown): Difference[] {
  return list(record(drift).differences).map((each) => {
    const difference = record(each);
    return { field: text(difference.field), expected: text(difference.expected), found: text(difference.found) };
  });
}

/** A value for reading: words for what is empty or yes and no. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (value === true) return "yes";
  if (value === false) return "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}
