/** The last minutes of a customer's traffic. */

export interface Traffic {
  times: readonly number[];
  down: readonly (number | null)[];
  up: readonly (number | null)[];
}

export const begun: Traffic = { times: [], down: [], up: [] };
const KEPT = 300;
const SILENCE_S = 3;

/** Adds a sample; a silence before it shows as a gap, one out of order is left out. */
export function withSample(before: Traffic, at: number, down: number | null, up: number | null): Traffic {
  const last = before.times.at(-1);
  if (last !== undefined && at <= last) return before;
  const gap = last !== undefined && at - last > SILENCE_S;
  const times = gap ? [...before.times, last + 1, at] : [...before.times, at];
  const downs = gap ? [...before.down, null, down] : [...before.down, down];
  const ups = gap ? [...before.up, null, up] : [...before.up, up];
  return { times: times.slice(-KEPT), down: downs.slice(-KEPT), up: ups.slice(-KEPT) };
}
