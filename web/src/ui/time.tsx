/** Moments in the reader's own zone, with UTC on hover; how long ago, kept fresh by one clock for the page. */
import { useSyncExternalStore } from "react";
import { visible } from "./name";
import { duration } from "./units";

const SHORT = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const MINUTE = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

const TICK_MS = 10_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The present moment (ms), fresh to ten seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => (timer === undefined ? (now = Math.max(now, Math.floor(Date.now() / TICK_MS) * TICK_MS)) : now));
}

export function ago(at: number, present: number): string {
  const seconds = (present - at) / 1000;
  if (seconds < -5) return `in ${duration(-seconds)}`;
  if (seconds < 10) return "just now";
  return `${duration(seconds).split(" ").slice(0, 2).join(" ")} ago`;
}

export function formatTime(at: string | number | Date, style: "full" | "short" | "clock" | "day" | "minute" = "full"): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  if (style === "full") return isoTime(date.getTime());
  return { short: SHORT, clock: CLOCK, day: DAY, minute: MINUTE }[style].format(date);
}

export function utc(at: string | number | Date): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "–" : `${date.toISOString().replace("T", " ").slice(0, 19)} UTC`;
}

/** In the reader's zone, to the second, as ISO 8601 orders it: unambiguous in every language. */
export function isoTime(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace("T", " ");
}

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?\s*(Z|UTC)?$/i;

/** What `isoTime` and `utc` write (ms); without a zone it is the reader's, without a time midnight. null: no moment. */
export function parseMoment(text: string): number | null {
  const found = MOMENT.exec(text.trim());
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part: string | undefined) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59 || new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day || month > 12) return null;
  return found[7] ? Date.UTC(year, month - 1, day, hour, minute, second) : new Date(year, month - 1, day, hour, minute, second).getTime();
}

/** `relative` says "3 min ago"; both forms tell the moment in both zones on hover. */
export function Time({ at, relative, style = "full" }: { at: string | number | null | undefined; relative?: boolean; style?: "full" | "short" | "clock" }) {
  if (at === null || at === undefined || at === "") return <span className="text-muted">–</span>;
  return <Known at={at} relative={relative ?? false} style={style} />;
}

function Known({ at, relative, style }: { at: string | number; relative: boolean; style: "full" | "short" | "clock" }) {
  const present = useNow();
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span>{visible(String(at))}</span>; // a clock's own words
  const text = relative ? ago(date.getTime(), present) : formatTime(date, style);
  return (
    // the browser's own tooltip: a table has one of these in each row
    <time dateTime={date.toISOString()} title={`${formatTime(date)}\n${utc(date)}`} className="whitespace-nowrap">
      {text}
    </time>
  );
}
