/** How many findings there were over time, by severity. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/query";
import { TimeChart } from "@/ui/chart";
import { useUrlState } from "@/ui/hooks";
import { DevicePicker } from "@/ui/device-picker";
import { SelectField } from "@/ui/field";
import { Panel, Stat } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { TimeRange, asked, useSpan } from "@/ui/time-range";
import { useNow } from "@/ui/time";
import { count } from "@/ui/units";
import { SEVERITIES, since } from "./shapes";

const MONTH_S = 2_678_400;
const COLORS = { critical: 5, high: 2, medium: 1, low: 0, info: 7 } as const;

export function Trend() {
  const [{ policy_id = "", device_id = "" }, set] = useUrlState();
  const [span, zoom] = useSpan(MONTH_S);
  const now = useNow();
  const policies = useQuery(get("/api/v1/config/policies", { query: { limit: 500 } }));
  const trend = useQuery({
    ...get("/api/v1/config/findings/trend", { query: { ...asked(span, Math.floor(now / 60_000) * 60_000), policy_id: policy_id || null, device_id: device_id || null, points: 120 } }),
    placeholderData: (before) => before,
  });
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <SelectField
          quiet
          label="Policy"
          className="w-48"
          options={[{ value: "", label: "All policies" }, ...(policies.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
          value={policy_id}
          onChange={({ target }) => { set({ policy_id: target.value || undefined }); }}
        />
        <DevicePicker value={device_id} onChange={(id) => { set({ device_id: id }); }} />
      </div>
      <Panel title="Findings over time" actions={<TimeRange span={span} />}>
        <QueryState query={trend}>
          {({ items }) => {
            const last = items.at(-1);
            const change = since(items);
            return (
              <div className="flex flex-col gap-4">
                <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-6">
                  <Stat label="Now" value={count(last?.total ?? 0)} note={change === 0 ? "as at the beginning" : `${change > 0 ? "+" : "−"}${count(Math.abs(change))} in this time`} />
                  {SEVERITIES.map((each) => <Stat key={each} label={each} value={count(last?.[each] ?? 0)} />)}
                </div>
                <TimeChart
                  label="Findings over time by severity"
                  metric="findings"
                  height={280}
                  times={items.map(({ at }) => new Date(at).getTime() / 1000)}
                  series={SEVERITIES.map((each) => ({ label: each, values: items.map((point) => point[each] ?? 0), color: COLORS[each] }))}
                  scale={[0, null]}
                  onZoom={zoom}
                />
                <p className="text-xs text-muted">Accepted findings count too.</p>
              </div>
            );
          }}
        </QueryState>
      </Panel>
    </div>
  );
}
