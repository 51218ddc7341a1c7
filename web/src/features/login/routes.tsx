import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [{ path: "/login", title: "Log in", page: () => import("./login-page"), bare: true }],
};
export default feature;
