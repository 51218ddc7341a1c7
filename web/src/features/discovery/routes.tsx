import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/discovery", title: "Discovery", page: () => import("./discovery-page") },
    { path: "/discovery/$id", title: "Discovery", page: () => import("./run-page") },
  ],
  commands: [{ label: "Discover a network", keywords: "scan find ranges", to: "/discovery", role: "engineer" }, { label: "Records that may be one device", keywords: "merge duplicates identity", to: "/discovery?tab=candidates" }],
};
export default feature;
