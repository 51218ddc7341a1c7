import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [{ path: "/admin", title: "Admin", page: () => import("./admin-page"), role: "admin" }],
  commands: [
    { label: "Users", to: "/admin?tab=users", role: "admin", keywords: "accounts roles" },
    { label: "Credentials", to: "/admin?tab=credentials", role: "admin", keywords: "snmp community ssh routeros" },
    { label: "Settings", to: "/admin?tab=settings", role: "admin", keywords: "ranges intervals thresholds retention" },
    { label: "Rebuild a projection", to: "/admin?tab=projections", role: "admin", keywords: "read model" },
    { label: "Logs", to: "/admin?tab=logs", role: "admin" },
  ],
};
export default feature;
