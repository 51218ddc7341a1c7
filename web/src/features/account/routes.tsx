import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [{ path: "/account", title: "Your account", page: () => import("./account-page") }],
  commands: [{ label: "Your account", keywords: "password e-mail authenticator notifications", to: "/account" }],
};
export default feature;
