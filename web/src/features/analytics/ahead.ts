/** Puts a forecast behind what was measured, on one axis. */
import type { Schemas } from "@/api/client";
import type { Aligned, Series } from "@/ui/chart";

export function ahead(past: Aligned, points: readonly Schemas["ForecastStep"][], threshold: number | null): { times: number[]; series: Series[] } {
  const end = past.times.at(-1) ?? -Infinity;
  const coming = points.map((each) => ({ ...each, seconds: new Date(each.at).getTime() / 1000 })).filter((each) => each.seconds > end);
  const times = [...past.times, ...coming.map((each) => each.seconds)];
  const before: (number | null)[] = past.times.map(() => null);
  const after: (number | null)[] = coming.map(() => null);
  const series: Series[] = past.series.map((each) => ({ label: "measured", values: [...each.values, ...after], color: 0 }));
  series.push({
    label: "forecast",
    dashed: true,
    color: 1,
    values: [...before, ...coming.map((each) => each.mean)],
    band: { lower: [...before, ...coming.map((each) => each.lower)], upper: [...before, ...coming.map((each) => each.upper)], label: "nine of ten" },
  });
  if (threshold !== null) series.push({ label: "threshold", dashed: true, color: 3, values: times.map(() => threshold) });
  return { times, series };
}
