import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [{ path: "/telemetry", title: "Telemetry", page: () => import("./telemetry-page") }],
  commands: [{ label: "Telemetry of a device", keywords: "charts graphs traffic cpu history", to: "/telemetry" }],
};
export default feature;
