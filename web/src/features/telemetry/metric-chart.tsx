/** One chart: stored values, and behind them what comes while it is looked at. */
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Schemas } from "@/api/client";
import { get } from "@/api/query";
import { aligned, TimeChart, type Series } from "@/ui/chart";
import { Failure, Skeleton } from "@/ui/states";
import { asked, type Span } from "@/ui/time-range";
import { bytes, rate } from "@/ui/units";
import { merged } from "./merged";
import type { ChartGroup } from "./series";
import type { LiveSamples } from "./use-live";

const DIRECTIONS = ["in", "out"];

export interface ChartProps {
  device: string;
  group: ChartGroup;
  span: Span;
  now: number;
  live: LiveSamples;
  onZoom: (from: number, to: number) => void;
}

export function MetricChart({ device, group, span, now, live, onZoom }: ChartProps) {
  const times = asked(span, now);
  const pair = group.metrics.length > 1;
  // read from the answer once, not with each sample that comes
  const readings = useMemo(
    () =>
      group.metrics.map((_, index) => (data: Schemas["HistoryBody"]) => ({
        data,
        one: aligned(data, { band: !pair && group.parts.length === 1, ...(pair && { name: () => DIRECTIONS[index] ?? "" }) }),
      })),
    [group, pair],
  );
  const stored = useQueries({
    queries: group.metrics.map((metric, index) => ({
      ...get("/api/v1/telemetry/history/{device}", { path: { device }, query: { metric, interface: group.parts, ...times } }),
      placeholderData: <T,>(before: T | undefined) => before,
      select: readings[index],
    })),
  });
  const failed = stored.find((each) => each.isError && !each.data);
  if (failed) return <Failure compact error={failed.error} retry={() => void failed.refetch()} />;
  if (stored.some((each) => !each.data)) return <Skeleton lines={6} />;

  let axis: number[] = [];
  let series: Series[] = [];
  stored.forEach(({ data: read }, index) => {
    if (!read) return;
    const { data, one } = read;
    const metric = group.metrics[index] ?? "";
    one.series.forEach((each, place) => {
      const samples = live.get(`${metric}/${data.items[place]?.interface ?? ""}`) ?? [];
      [axis, series] = merged(axis, series, one.times, each, samples);
    });
  });
  const billed = stored.flatMap(({ data }, index) => (data?.data.unit === "bit/s" ? data.data.items.map((item) => ({ name: pair ? DIRECTIONS[index] : item.interface, item })) : []));
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
