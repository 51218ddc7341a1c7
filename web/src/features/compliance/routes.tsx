import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/compliance", title: "Compliance", page: () => import("./compliance-page") },
    { path: "/policies/new", title: "New policy", page: () => import("./new-policy-page"), role: "engineer" },
    { path: "/policies/$id", title: "Policy", page: () => import("./policy-page") },
  ],
  commands: [
    { label: "Compliance findings", keywords: "audit rules broken", to: "/compliance" },
    { label: "Compliance policies", keywords: "rules", to: "/compliance?tab=policies" },
    { label: "Analyse a configuration", keywords: "check compliance paste", to: "/compliance?tab=analyse", role: "engineer" },
  ],
};
export default feature;
