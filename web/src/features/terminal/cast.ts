/** Recordings in the asciicast format (version 2), and when to show what of them. */

export interface Cast {
  width: number;
  height: number;
  title: string;
  at: number;
  events: readonly CastEvent[];
}

export interface CastEvent {
  /** Seconds since the beginning. */
  at: number;
  kind: string;
  data: string;
}

/** Throws an Error for what is no recording. A line that is cut off at the end is left out. */
export function parsed(text: string): Cast {
  const [first = "", ...lines] = text.split("\n");
  const header = line<{ version?: number; width?: number; height?: number; title?: string; timestamp?: number }>(first);
  if (header?.version !== 2) throw new Error("This is no recording in asciicast version 2.");
  const events: CastEvent[] = [];
  for (const each of lines) {
    const event = line<unknown[]>(each);
    if (!Array.isArray(event)) continue;
    const [at, kind, data] = event;
    if (typeof at === "number" && typeof kind === "string" && typeof data === "string") events.push({ at, kind, data });
  }
  return { width: header.width ?? 80, height: header.height ?? 24, title: header.title ?? "", at: header.timestamp ?? 0, events };
}

function line<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

/** Pauses of more than `longest` seconds are cut to it. */
export function shortened(events: readonly CastEvent[], longest: number): CastEvent[] {
  let before = 0;
  let now = 0;
  return events.map((event) => {
    now += Math.min(Math.max(0, event.at - before), longest);
    before = event.at;
    return { ...event, at: now };
  });
}

export function length(events: readonly CastEvent[]): number {
  return events.at(-1)?.at ?? 0;
}

/** What is shown from event `from` until the moment `until`; and the event that comes next. */
export function shownUntil(events: readonly CastEvent[], from: number, until: number): { text: string; next: number } {
  let next = from;
  let text = "";
  for (let event = events[next]; event !== undefined && event.at <= until; event = events[++next]) if (event.kind === "o") text += event.data;
  return { text, next };
}
