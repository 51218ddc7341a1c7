import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [{ path: "/topology", title: "Topology", page: () => import("./topology-page") }],
  commands: [{ label: "Map of the network", keywords: "lldp cdp neighbours links", to: "/topology" }],
};
export default feature;
