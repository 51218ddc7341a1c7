/** Which series are drawn together: in and out of a port, all processors, all storages. */
import type { Schemas } from "@/api/client";
import { metricName } from "@/ui/units";

type SeriesBody = Pick<Schemas["SeriesBody"], "metric" | "interface">;

export interface ChartGroup {
  key: string;
  title: string;
  /** Two for the directions of one thing, else one. */
  metrics: string[];
  /** Interfaces drawn; for a pair just one. */
  parts: string[];
}

export const SHOWN_CHARTS = 24;
const MOST_LINES = 12;
const PAIRS: Record<string, readonly [string, string, string]> = {
  if_in_bps: ["if_in_bps", "if_out_bps", "traffic"],
  if_out_bps: ["if_in_bps", "if_out_bps", "traffic"],
  queue_rx_bps: ["queue_rx_bps", "queue_tx_bps", "queue"],
  queue_tx_bps: ["queue_rx_bps", "queue_tx_bps", "queue"],
};

export function grouped(series: readonly SeriesBody[], { metric, part }: { metric: string; part: string }): ChartGroup[] {
  const wanted = series.filter((each) => (!metric || each.metric === metric) && each.interface.toLowerCase().includes(part.toLowerCase()));
  const groups = new Map<string, ChartGroup>();
  for (const each of wanted) {
    const pair = PAIRS[each.metric];
    if (pair) {
      const key = `${pair[2]}/${each.interface}`;
      if (!groups.has(key)) groups.set(key, { key, title: `${each.interface} ${pair[2]}`, metrics: [pair[0], pair[1]], parts: [each.interface] });
      continue;
    }
    const present = groups.get(each.metric);
    if (!present) groups.set(each.metric, { key: each.metric, title: metricName(each.metric), metrics: [each.metric], parts: [each.interface] });
    else if (present.parts.length < MOST_LINES) present.parts.push(each.interface);
  }
  // the device itself before its ports
  return [...groups.values()].sort((one, other) => one.metrics.length - other.metrics.length);
}
