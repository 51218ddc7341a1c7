/** What comes next, how sure that is, and when a threshold is reached. */
import { useQuery } from "@tanstack/react-query";
import { Hourglass } from "lucide-react";
import { answered, client } from "@/api/client";
import { ApiError } from "@/api/errors";
import { get } from "@/api/query";
import { aligned, TimeChart } from "@/ui/chart";
import { SelectField, TextField } from "@/ui/field";
import { useRested, useUrlState } from "@/ui/hooks";
import { Panel } from "@/ui/page";
import { Message, QueryState } from "@/ui/states";
import { asked } from "@/ui/time-range";
import { useNow } from "@/ui/time";
import { metricName } from "@/ui/units";
import { ahead } from "./ahead";

const HORIZONS = [
  { value: "86400", label: "A day ahead" },
  { value: "604800", label: "A week ahead" },
  { value: "2592000", label: "A month ahead" },
  { value: "7776000", label: "A quarter ahead" },
];

export function ForecastChart({ device, metric, part }: { device: string; metric: string; part: string }) {
  const [{ horizon = "604800", threshold = "" }, set] = useUrlState();
  const wanted = useRested(threshold, 500);
  const horizonS = Number(horizon) || 604_800;
  const now = Math.floor(useNow() / 600_000) * 600_000;
  const limit = wanted.trim() === "" || Number.isNaN(Number(wanted)) ? null : Number(wanted);
  const forecast = useQuery({
    queryKey: ["/api/v1/analyze/forecast", device, metric, part, horizonS, limit],
    queryFn: ({ signal }) =>
      answered(client.POST("/api/v1/analyze/forecast", { body: { device_id: device, metric, interface: part, horizon_s: horizonS, threshold: limit }, signal })),
    placeholderData: (before) => before,
    retry: false,
  });
  const early = forecast.error instanceof ApiError && forecast.error.status === 422;
  const past = useQuery(get("/api/v1/telemetry/history/{device}", { path: { device }, query: { metric, interface: [part], ...asked({ fixed: null, last: Math.min(horizonS, 2_592_000) }, now) } }));

  return (
    <Panel
      title={`${metricName(metric)}${part ? ` of ${part}` : ""}`}
      actions={
        <>
          <SelectField quiet label="Horizon" className="w-40" options={HORIZONS} value={horizon} onChange={(event) => { set({ horizon: event.target.value }); }} />
          <TextField quiet label="Threshold" type="number" step="any" placeholder="Threshold" className="w-32" value={threshold} onChange={(event) => { set({ threshold: event.target.value }); }} />
        </>
      }
    >
      {early ? (
        <Message icon={Hourglass} title="Too little was seen yet">A forecast is made once the first ones of this series have come due and were judged; that takes some hours of samples.</Message>
      ) : (
      <QueryState query={forecast} compact>
        {(told) => {
          const { times, series } = ahead(past.data ? aligned(past.data) : { times: [], series: [] }, told.points, limit);
          return (
            <>
              {told.threshold && <p className="mb-2 text-base font-medium">{told.threshold.text}</p>}
              <TimeChart label="Stored values and their forecast" metric={metric} height={280} times={times} series={series} />
              <p className="mt-2 text-xs text-muted">The band is to hold nine of ten values.</p>
            </>
          );
        }}
      </QueryState>
      )}
    </Panel>
  );
}
