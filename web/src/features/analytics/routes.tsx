import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [{ path: "/analytics", title: "Analytics", page: () => import("./analytics-page") }],
  commands: [
    { label: "Forecast: when is it full?", keywords: "capacity disk threshold", to: "/analytics?tab=forecast" },
    { label: "Try other detector settings", keywords: "backtest anomaly", to: "/analytics?tab=backtest", role: "engineer" },
  ],
};
export default feature;
