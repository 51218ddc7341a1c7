import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/customers", title: "Customers", page: () => import("./customers-page") },
    { path: "/customers/$id", title: "Customer", page: () => import("./customer-page") },
  ],
  commands: [
    { label: "Isolate or release a customer", keywords: "cut off block unpaid", to: "/customers", role: "engineer" },
    { label: "Customers changed by hand", keywords: "drift adopt enforce", to: "/customers?drifted=true" },
  ],
};
export default feature;
