/** Old and new values of changes, readable whatever they are. */
import type { ReactNode } from "react";
import { cn } from "../cn";
import { Name } from "../name";
import { StatusBadge, lookOf } from "../status";

export interface ValueChange {
  field: string;
  old?: unknown;
  new?: unknown;
}

const SHOWN = 400;

/** As text: lists with commas, objects as name=value. */
export function asText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(asText).join(", ");
  if (typeof value === "object") return Object.entries(value).map(([name, each]) => `${name}=${asText(each)}`).join(" ");
  return String(value as string | number | boolean);
}

export function Value({ value, struck }: { value: unknown; struck?: boolean }): ReactNode {
  const text = asText(value);
  if (text === "–") return <span className="text-muted">–</span>;
  return (
    <Name wrap className={struck ? "text-muted line-through" : undefined}>
      {text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text}
    </Name>
  );
}

function state(field: string): boolean {
  return field === "status" || field === "state";
}

export function Changes({ changes, limit = 50 }: { changes: readonly ValueChange[]; limit?: number }) {
  if (changes.length === 0) return null;
  return (
    <dl className="grid grid-cols-[minmax(4rem,auto)_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-xs">
      {changes.slice(0, limit).map(({ field, old, new: next }, index) => (
        <div key={`${field} ${String(index)}`} className="contents">
          <dt className="text-muted">{field.replaceAll("_", " ")}</dt>
          <dd className={cn("flex min-w-0 flex-wrap gap-x-1.5", state(field) ? "items-center" : "items-baseline")}>
            {state(field) ? (
              <>
                {typeof old === "string" && <StatusBadge state={old} label={lookOf(old).label} />} <span aria-label="became">→</span> <StatusBadge state={String(next)} />
              </>
            ) : (
              <>
                <span className="sr-only">from</span>
                <Value value={old} struck />
                <span aria-hidden>→</span>
                <span className="sr-only">to</span>
                <Value value={next} />
              </>
            )}
          </dd>
        </div>
      ))}
      {changes.length > limit && <dd className="col-span-2 text-muted">and {changes.length - limit} more</dd>}
    </dl>
  );
}
