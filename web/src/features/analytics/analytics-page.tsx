/** What the detectors have learned: the expected range, what comes next, and what other settings would have found. */
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { LineChart } from "lucide-react";
import { get } from "@/api/query";
import { useCan } from "@/api/session";
import { DevicePicker } from "@/ui/device-picker";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Page } from "@/ui/page";
import { Message } from "@/ui/states";
import { Tabs } from "@/ui/tabs";
import { metricName } from "@/ui/units";
import { Backtest } from "./backtest";
import { ExpectedChart } from "./expected-chart";
import { ForecastChart } from "./forecast-chart";
import { Models } from "./models";

export default function AnalyticsPage() {
  const [{ device = "", metric = "", interface: part = "", tab = "expected" }, set] = useUrlState();
  const can = useCan();
  const series = useQuery({ ...get("/api/v1/telemetry/series", { query: { device_id: device, limit: 500 } }), enabled: device !== "" });
  const items = series.data?.items ?? [];
  const metrics = [...new Set(items.map((each) => each.metric))];
  const parts = items.filter((each) => each.metric === metric).map((each) => each.interface);
  const shown = part || parts[0] || "";
  const chosen = device !== "" && metric !== "" && parts.includes(shown);
  const choose = <Message icon={LineChart} title="Which series?" action={<Link className="text-accent underline" to="/devices">To the devices</Link>}>Choose a device and what is measured of it.</Message>;

  return (
    <Page
      title="Analytics"
      actions={
        <>
          <DevicePicker value={device} onChange={(id) => { set({ device: id, metric: undefined, interface: undefined }, true); }} />
          <SelectField
            quiet
            label="Metric"
            className="w-48"
            value={metric}
            disabled={metrics.length === 0}
            onChange={(event) => { set({ metric: event.target.value, interface: undefined }); }}
            options={[{ value: "", label: "Choose a metric" }, ...metrics.map((each) => ({ value: each, label: metricName(each) }))]}
          />
          {parts.length > 1 && (
            <SelectField quiet label="Interface" className="w-48" value={shown} onChange={(event) => { set({ interface: event.target.value }); }} options={parts.map((each) => ({ value: each, label: each || "the device" }))} />
          )}
        </>
      }
    >
      <Tabs
        label="Analytics"
        value={tab}
        onChange={(id) => { set({ tab: id === "expected" ? undefined : id }); }}
        tabs={[
          { id: "expected", label: "Expected range", content: chosen ? <ExpectedChart device={device} metric={metric} part={shown} /> : choose },
          { id: "forecast", label: "Forecast", content: chosen ? <ForecastChart device={device} metric={metric} part={shown} /> : choose },
          ...(can("engineer") ? [{ id: "backtest", label: "Backtest", content: <Backtest device={device} metric={metric} /> }] : []),
          { id: "models", label: "Detectors", content: <Models /> },
        ]}
      />
    </Page>
  );
}
