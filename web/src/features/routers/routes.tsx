import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/routers", title: "Routers", page: () => import("./routers-page") },
    { path: "/routers/$id", title: "Router", page: () => import("./router-page") },
  ],
  commands: [{ label: "Routers that are down", keywords: "mikrotik connection", to: "/routers?connection=down" }],
};
export default feature;
