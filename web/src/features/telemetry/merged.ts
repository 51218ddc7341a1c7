/** Puts a further series, with the samples that came since, on the axis of those before it. */
import type { Series } from "@/ui/chart";

export interface LiveSample {
  /** Seconds since 1970. */
  at: number;
  value: number | null;
}

export function merged(
  axis: readonly number[],
  before: readonly Series[],
  times: readonly number[],
  added: Series,
  live: readonly LiveSample[],
): [number[], Series[]] {
  const end = times.at(-1) ?? -Infinity;
  const fresh = live.filter((each) => each.at > end);
  const whole = [...new Set([...axis, ...times, ...fresh.map((each) => each.at)])].sort((one, other) => one - other);
  const place = new Map(whole.map((at, index) => [at, index]));
  const spread = (moments: readonly number[], values: readonly (number | null)[]) => {
    const out: (number | null)[] = whole.map(() => null);
    moments.forEach((at, index) => { out[place.get(at) ?? 0] = values[index] ?? null; });
    return out;
  };
  const again = (each: Series): Series => ({
    ...each,
    values: spread(axis, each.values),
    ...(each.band && { band: { ...each.band, lower: spread(axis, each.band.lower), upper: spread(axis, each.band.upper) } }),
  });
  const own = [...times, ...fresh.map((each) => each.at)];
  const values = [...added.values, ...fresh.map((each) => each.value)];
  const line: Series = {
    ...added,
    values: spread(own, values),
    ...(added.band && { band: { ...added.band, lower: spread(own, [...added.band.lower, ...fresh.map((each) => each.value)]), upper: spread(own, [...added.band.upper, ...fresh.map((each) => each.value)]) } }),
  };
  return [whole, [...before.map(again), line]];
}
