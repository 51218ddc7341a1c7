/** Stored telemetry as a chart takes it. */
import type { Series } from "@/ui/chart";

export interface Point {
  at: string;
  value: number | null;
}

export interface Line {
  label: string;
  points: readonly Point[];
}

/** Lines that were read for themselves, on one axis: a moment that a line has no value for is a gap of that line. */
export function charted(lines: readonly Line[]): { times: number[]; series: Series[] } {
  const moments = new Set<number>();
  for (const { points } of lines) for (const { at } of points) moments.add(new Date(at).getTime() / 1000);
  const times = [...moments].sort((one, other) => one - other);
  const place = new Map(times.map((at, index) => [at, index]));
  const series = lines.map(({ label, points }) => {
    const values: (number | null)[] = new Array<number | null>(times.length).fill(null);
    for (const { at, value } of points) values[place.get(new Date(at).getTime() / 1000) ?? 0] = value;
    return { label, values };
  });
  return { times, series };
}

/** Whether anything was measured at all. */
export function measured(series: readonly Series[]): boolean {
  return series.some(({ values }) => values.some((value) => value !== null));
}
