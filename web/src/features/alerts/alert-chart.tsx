/** The metric of an alert around the moment that it was raised. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { get } from "@/api/query";
import { aligned, TimeChart } from "@/ui/chart";
import { Panel } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { metricName } from "@/ui/units";

const BEFORE_S = 3_600;
const AFTER_S = 1_800;

export function AlertChart({ row, device }: { row: Schemas["AlertDetail"]; device: string }) {
  const raised = new Date(row.raised_at).getTime() / 1000;
  const from = raised - BEFORE_S;
  const to = raised + AFTER_S;
  const history = useQuery(
    get("/api/v1/telemetry/history/{device}", {
      path: { device },
      query: { metric: row.metric, interface: row.interface ? [row.interface] : undefined, from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() },
    }),
  );
  return (
    <Panel title={`${metricName(row.metric)} around it`}>
      <QueryState query={history} compact>
        {(stored) => (
          <TimeChart
            label={`${metricName(row.metric)} of the device around the alert`}
            metric={row.metric}
            {...aligned(stored)}
            marks={[{ at: raised, label: "raised", tone: "bad", ...(row.resolved_at && { until: new Date(row.resolved_at).getTime() / 1000 }) }]}
            span={[from, to]}
          />
        )}
      </QueryState>
    </Panel>
  );
}
