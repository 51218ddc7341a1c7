import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/devices/$id/terminal", title: "Terminal", page: () => import("./terminal-page"), role: "engineer" },
    { path: "/terminals/$id", title: "Recording", page: () => import("./recording-page"), role: "engineer" },
  ],
};
export default feature;
