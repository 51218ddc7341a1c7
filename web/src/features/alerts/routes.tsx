import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/alerts", title: "Alerts", page: () => import("./alerts-page") },
    { path: "/alerts/$id", title: "Alert", page: () => import("./alert-page") },
    { path: "/alert-rules/$id", title: "Alert rule", page: () => import("./rule-page") },
  ],
  commands: [
    { label: "Firing alerts", keywords: "problems on call", to: "/alerts?state=firing" },
    { label: "Alert rules", keywords: "thresholds", to: "/alerts?tab=rules" },
    { label: "Silences and maintenance windows", keywords: "mute", to: "/alerts?tab=silences" },
  ],
};
export default feature;
