/** One chart: stored values, and behind them what comes while it is looked at. */
import { useQueries } from "@tanstack/react-query";
import { get } from "@/api/query";
import { aligned, TimeChart, type Series } from "@/ui/chart";
import { Failure, Skeleton } from "@/ui/states";
import { asked, type Span } from "@/ui/time-range";
import { bytes, rate } from "@/ui/units";
import { merged } from "./merged";
import type { ChartGroup } from "./series";
import type { LiveSamples } from "./use-live";

const DIRECTIONS = ["in", "out"];

export function MetricChart({ device, group, span, now, live, onZoom }: {
  device: string;
  group: ChartGroup;
  span: Span;
  now: number;
  live: LiveSamples;
  onZoom: (from: number, to: number) => void;
}) {
  const times = asked(span, now);
  const stored = useQueries({
    queries: group.metrics.map((metric) => ({
      ...get("/api/v1/telemetry/history/{device}", { path: { device }, query: { metric, interface: group.parts, ...times } }),
      placeholderData: <T,>(before: T | undefined) => before,
    })),
  });
  const failed = stored.find((each) => each.isError && !each.data);
  if (failed) return <Failure compact error={failed.error} retry={() => void failed.refetch()} />;
  if (stored.some((each) => !each.data)) return <Skeleton lines={6} />;

  const pair = group.metrics.length > 1;
  let axis: number[] = [];
  let series: Series[] = [];
  stored.forEach(({ data }, index) => {
    if (!data) return;
    const metric = group.metrics[index] ?? "";
    const one = aligned(data, { band: !pair && group.parts.length === 1, ...(pair && { name: () => DIRECTIONS[index] ?? "" }) });
    one.series.forEach((each, place) => {
      const samples = live.get(`${metric}/${data.items[place]?.interface ?? ""}`) ?? [];
      [axis, series] = merged(axis, series, one.times, each, samples);
    });
  });
  const billed = stored.flatMap(({ data }, index) => (data?.unit === "bit/s" ? data.items.map((item) => ({ name: pair ? DIRECTIONS[index] : item.interface, item })) : []));
  const window = span.fixed ?? [now / 1000 - span.last, now / 1000];
  return (
    <>
      <TimeChart label={`${group.title} over time`} metric={group.metrics[0] ?? ""} times={axis} series={series} span={[window[0], window[1]]} onZoom={onZoom} />
      {pair && billed.length > 0 && (
        <p className="mt-1 text-xs text-muted">
          {billed.map(({ name, item }) => `${name ?? ""}: 95th percentile ${rate(item.p95)}, ${bytes(item.total_bytes)} in all`).join(" · ")}
        </p>
      )}
    </>
  );
}
