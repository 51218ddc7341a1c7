import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [{ path: "/dashboard", title: "Dashboard", page: () => import("./dashboard-page") }],
};
export default feature;
