/** What devices measure: now, as it comes, and as it was. */
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { memo, useRef, useState } from "react";
import { get } from "@/api/query";
import { cn } from "@/ui/cn";
import { DevicePicker } from "@/ui/device-picker";
import { SelectField, TextField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Page, Panel } from "@/ui/page";
import { useSeen } from "@/ui/seen";
import { Message, QueryState } from "@/ui/states";
import { TimeRange, useSpan, type Span } from "@/ui/time-range";
import { useNow } from "@/ui/time";
import { metricName } from "@/ui/units";
import { MetricChart, type ChartProps } from "./metric-chart";
import { grouped, SHOWN_CHARTS, type ChartGroup } from "./series";
import { useLive } from "./use-live";

export default function TelemetryPage() {
  const [{ device = "", metric = "", interface: part = "" }, set] = useUrlState();
  const [span, zoom] = useSpan();
  const series = useQuery({
    ...get("/api/v1/telemetry/series", { query: { device_id: device, limit: 500 } }),
    enabled: device !== "",
    // a new device has nothing until its first poll, and each group of metrics comes with its own
    refetchInterval: ({ state }) => (state.data?.items.some((each) => !metric || each.metric === metric) ? 60_000 : 5_000),
  });
  const metrics = useQuery(get("/api/v1/telemetry/metrics"));
  const known = new Map((metrics.data?.items ?? []).map((each) => [each.name, each]));

  return (
    <Page
      title="Telemetry"
      subtitle="Drag over a chart to look closer; the rollup that fits is read."
      actions={
        <>
          <DevicePicker value={device} onChange={(id) => { set({ device: id, metric: undefined, interface: undefined }, true); }} />
          <TimeRange span={span} />
        </>
      }
    >
      {!device ? (
        <Message icon={Activity} title="Which device?" action={<Link className="text-accent underline" to="/devices">To the devices</Link>}>Choose one above. Every device that answers SNMP, ICMP or the RouterOS API is measured.</Message>
      ) : (
        <QueryState query={series} empty={<Message icon={Activity} title="Nothing was measured yet">The first poll of a new device comes within its interval; see the settings for how often each group is read.</Message>}>
          {({ items }) => {
            const groups = grouped(items, { metric, part });
            return (
              <>
                <div className="flex flex-wrap items-end gap-2">
                  <SelectField
                    quiet
                    label="Metric"
                    className="w-56"
                    value={metric}
                    onChange={(event) => { set({ metric: event.target.value, interface: undefined }); }}
                    options={[{ value: "", label: "All metrics" }, ...[...new Set(items.map((each) => each.metric))].map((each) => ({ value: each, label: metricName(each) }))]}
                  />
                  <TextField quiet label="Interface" type="search" placeholder="Interface, sensor or queue" className="w-56" value={part} onChange={(event) => { set({ interface: event.target.value }); }} />
                  {groups.length > SHOWN_CHARTS && <span className="self-center text-sm text-muted">The first {SHOWN_CHARTS} of {groups.length} charts; narrow the choice for the rest.</span>}
                </div>
                {groups.length === 0 && <Message icon={Activity} title="Nothing of that was measured yet">It shows by itself after the poll that reads it. Otherwise choose another metric, or look for another interface.</Message>}
                <Charts device={device} groups={groups.slice(0, SHOWN_CHARTS)} about={(name) => known.get(name)?.description} span={span} zoom={zoom} />
              </>
            );
          }}
        </QueryState>
      )}
    </Page>
  );
}

/** Values that come now are added where the end of the span is now, and it is short enough to see them. */
const LIVE_S = 6 * 3_600;

function Charts({ device, groups, about, span, zoom }: {
  device: string;
  groups: readonly ChartGroup[];
  about: (metric: string) => string | undefined;
  span: Span;
  zoom: (from: number, to: number) => void;
}) {
  const now = useNow();
  const live = useLive(device, groups, !span.fixed && span.last <= LIVE_S);
  return (
    <div className={cn("grid gap-4", groups.length > 1 && "xl:grid-cols-2")}>
      {groups.map((group) => (
        <ChartPanel key={group.key} about={about(group.metrics[0] ?? "")} device={device} group={group} span={span} now={now} live={live} onZoom={zoom} />
      ))}
    </div>
  );
}

/** Read and drawn when it is first seen, and drawn anew only while it is. */
function ChartPanel({ about, ...chart }: ChartProps & { about: string | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  const seen = useSeen(place);
  const [begun, setBegun] = useState(false);
  if (seen && !begun) setBegun(true);
  return (
    <Panel title={<span title={about}>{chart.group.title}</span>}>
      <div ref={place} className="min-h-56">{begun && <SeenChart seen={seen} {...chart} />}</div>
    </Panel>
  );
}

const SeenChart = memo(
  function SeenChart(chart: ChartProps & { seen: boolean }) {
    return <MetricChart {...chart} />;
  },
  (_before, next) => !next.seen,
);
