/** The span of time that a page shows: the last hours, or what was zoomed into. */
import { ZoomOut } from "lucide-react";
import { Button } from "./button";
import { SelectField } from "./field";
import { useUrlState } from "./hooks";

const SPANS = [
  { value: "3600", label: "Last hour" },
  { value: "21600", label: "Last 6 hours" },
  { value: "86400", label: "Last day" },
  { value: "604800", label: "Last week" },
  { value: "2678400", label: "Last month" },
  { value: "31622400", label: "Last year" },
] as const;

export interface Span {
  /** Seconds since 1970; null: as long as the last `last` seconds. */
  fixed: readonly [number, number] | null;
  last: number;
}

/** From the address: `?last=3600` or `?from=…&to=…` (seconds). */
export function useSpan(fallback = 3_600): [Span, (from: number, to: number) => void] {
  const [{ last, from, to }, set] = useUrlState();
  const fixed = from && to && Number(to) > Number(from) ? ([Number(from), Number(to)] as const) : null;
  return [{ fixed, last: Number(last) || fallback }, (start, end) => { set({ from: String(Math.floor(start)), to: String(Math.ceil(end)) }, true); }];
}

/** As parameters of a read: moments that move on in steps, so that the same question is asked once. */
export function asked({ fixed, last }: Span, now: number): { from: string; to: string } {
  const [from, to] = fixed ?? [Math.floor(now / 10_000) * 10 - last, Math.floor(now / 10_000) * 10];
  return { from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() };
}

export function TimeRange({ span }: { span: Span }) {
  const [, set] = useUrlState();
  return (
    <>
      {span.fixed ? (
        <Button icon={ZoomOut} onClick={() => { set({ from: undefined, to: undefined }); }}>Back to now</Button>
      ) : (
        <SelectField quiet label="Time" className="w-36" options={SPANS} value={String(span.last)} onChange={(event) => { set({ last: event.target.value }); }} />
      )}
    </>
  );
}
