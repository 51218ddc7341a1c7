import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [{ path: "/audit", title: "Audit", page: () => import("./audit-page") }],
  commands: [
    { label: "Verify the ledger", keywords: "hash chain tamper proof", to: "/audit?verify=1", role: "admin" },
    { label: "What changed today", keywords: "audit history", to: "/audit?since=24h" },
  ],
};
export default feature;
