/** A series with the range that was expected of it, and where it left it. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/query";
import { TimeChart } from "@/ui/chart";
import { Name } from "@/ui/name";
import { Facts, Panel } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { asked, TimeRange, useSpan } from "@/ui/time-range";
import { Time, useNow } from "@/ui/time";
import { count, metricName, metricValue } from "@/ui/units";
import { answered, client, type Schemas } from "@/api/client";
import { useCan } from "@/api/session";

const seconds = (at: string): number => new Date(at).getTime() / 1000;

export function ExpectedChart({ device, metric, part }: { device: string; metric: string; part: string }) {
  const [span, zoom] = useSpan(86_400);
  const now = useNow();
  const shown = asked(span, Math.floor(now / 60_000) * 60_000);
  const expected = useQuery({
    ...get("/api/v1/telemetry/expected/{device}", { path: { device }, query: { metric, interface: part, ...shown } }),
    placeholderData: (before) => before,
  });
  return (
    <div className="flex flex-col gap-4">
      <Panel title={`${metricName(metric)}${part ? ` of ${part}` : ""}`} actions={<TimeRange span={span} />}>
        <QueryState query={expected} compact>
          {({ points, alerts }) => (
            <>
            <TimeChart
              label="Values and the range that was expected of them"
              metric={metric}
              height={280}
              times={points.map((each) => seconds(each.at))}
              series={[{ label: "measured", values: points.map((each) => each.value), band: { lower: points.map((each) => each.low), upper: points.map((each) => each.high), label: "expected" } }]}
              marks={[
                ...points.filter((each) => each.anomalous).map((each) => ({ at: seconds(each.at), label: `score ${(each.score ?? 0).toFixed(2)}`, tone: "warn" as const })),
                ...alerts.map((each) => ({ at: seconds(each.at ?? each.raised_at), label: "alert", tone: "bad" as const, ...(each.resolved_at && { until: seconds(each.resolved_at) }) })),
              ]}
              span={[seconds(shown.from), seconds(shown.to)]}
              onZoom={zoom}
            />
            <Outside points={points} metric={metric} />
            </>
          )}
        </QueryState>
      </Panel>
      <LastSample device={device} metric={metric} part={part} />
    </div>
  );
}

const LISTED = 10;

/** What is marked in the chart, in words: the latest moments at which the value left the range. */
function Outside({ points, metric }: { points: Schemas["Expected"][]; metric: string }) {
  const outside = points.filter(({ anomalous }) => anomalous).reverse();
  if (outside.length === 0) return <p className="mt-2 text-sm text-muted">{points.some(({ low }) => low !== null) ? "Always within the expected range." : "What is expected is not known yet: it is still learned."}</p>;
  return (
    <details className="mt-2 text-sm">
      <summary>{count(outside.length)} {outside.length === 1 ? "moment" : "moments"} outside of the expected range</summary>
      <ol aria-label="Moments outside of the expected range" className="mt-1 flex flex-col gap-0.5">
        {outside.slice(0, LISTED).map((each) => (
          <li key={each.at} className="flex flex-wrap gap-x-3">
            <Time at={each.at} />
            <span className="font-medium">{metricValue(metric, each.value)}</span>
            <span className="text-muted">expected {metricValue(metric, each.low)} to {metricValue(metric, each.high)}, score {(each.score ?? 0).toFixed(2)}</span>
          </li>
        ))}
        {outside.length > LISTED && <li className="text-muted">and {count(outside.length - LISTED)} before</li>}
      </ol>
    </details>
  );
}

/** How strange the last sample is, in words. */
function LastSample({ device, metric, part }: { device: string; metric: string; part: string }) {
  const can = useCan();
  const analysis = useQuery({
    queryKey: ["/api/v1/analyze/traffic", device, metric, part],
    queryFn: ({ signal }) => answered(client.POST("/api/v1/analyze/traffic", { body: { device_id: device, metric, interface: part }, signal })),
    refetchInterval: 60_000,
    enabled: can("engineer"),
  });
  if (!can("engineer")) return null;
  return (
    <Panel title="The last sample">
      <QueryState query={analysis} compact>
        {(told) => (
          <div className="flex flex-col gap-3">
            <p>
              <StatusBadge state={told.anomalous ? "warning" : told.warm ? "ok" : "info"} label={told.anomalous ? "unusual" : told.warm ? "as expected" : "still learning"} /> {told.reason}
            </p>
            <Facts
              items={[
                ["Value", metricValue(metric, told.value)],
                ["Expected", told.expected_low === null ? "not known yet" : `${metricValue(metric, told.expected_low)} to ${metricValue(metric, told.expected_high)}`],
                ["Score", `${told.score.toFixed(2)}, alarms from ${told.threshold.toFixed(2)}`],
                ["Samples seen", String(told.samples_seen)],
                ...(told.parts ?? []).map((each) => [each.name.replaceAll("_", " "), <Name key={each.name} wrap>{`as strange as one sample in ${count(Math.round(10 ** each.surprise))}`}</Name>] as const),
              ]}
            />
          </div>
        )}
      </QueryState>
    </Panel>
  );
}
