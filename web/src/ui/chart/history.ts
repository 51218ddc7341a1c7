/** From the API's history to what a chart draws: one axis of moments for several interfaces. */
import type { Schemas } from "@/api/client";
import { metricName } from "../units";
import type { Series } from "./series";

export interface Aligned {
  /** Seconds since 1970, ascending. */
  times: number[];
  series: Series[];
}

/** `band` adds the least and greatest value of each step around its mean. */
export function aligned(history: Schemas["HistoryBody"], { band = false, name }: { band?: boolean; name?: (each: string) => string } = {}): Aligned {
  const places = new Map<number, number>();
  const moments = new Set<number>();
  for (const { points } of history.items) for (const { at } of points) moments.add(new Date(at).getTime() / 1000);
  const times = [...moments].sort((one, other) => one - other);
  times.forEach((at, index) => places.set(at, index));
  const series = history.items.map((item): Series => {
    const values: (number | null)[] = times.map(() => null);
    const lower = [...values];
    const upper = [...values];
    for (const point of item.points) {
      const place = places.get(new Date(point.at).getTime() / 1000) ?? 0;
      values[place] = point.value;
      lower[place] = point.min;
      upper[place] = point.max;
    }
    const label = name?.(item.interface) ?? (item.interface || metricName(history.metric));
    return band && history.step_s > 0 ? { label, values, band: { lower, upper, label: "least to greatest" } } : { label, values };
  });
  return { times, series };
}
