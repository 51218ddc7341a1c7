import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/templates", title: "Templates", page: () => import("./templates-page") },
    { path: "/templates/new", title: "New template", page: () => import("./new-page"), role: "engineer" },
    { path: "/templates/$id", title: "Template", page: () => import("./template-page") },
  ],
  commands: [
    { label: "Templates of configurations", keywords: "jinja render", to: "/templates" },
    { label: "New template", keywords: "jinja create", to: "/templates/new", role: "engineer" },
  ],
};
export default feature;
