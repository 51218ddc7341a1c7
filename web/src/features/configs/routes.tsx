import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/configs", title: "Configurations", page: () => import("./configs-page") },
    { path: "/configs/$id", title: "Backup", page: () => import("./backup-page") },
  ],
  commands: [
    { label: "Search all configurations", keywords: "grep contains", to: "/configs?tab=search" },
    { label: "Back up all devices", keywords: "config", to: "/configs", role: "engineer" },
  ],
};
export default feature;
