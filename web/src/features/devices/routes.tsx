import type { Feature } from "@/app/feature";

const feature: Feature = {
  routes: [
    { path: "/devices", title: "Devices", page: () => import("./devices-page") },
    { path: "/devices/$id", title: "Device", page: () => import("./device-page") },
  ],
  commands: [
    { label: "Add a device by hand", keywords: "new create inventory", to: "/devices?add=1", role: "engineer" },
    { label: "Devices that are down", keywords: "status outage", to: "/devices?status=down" },
  ],
};
export default feature;
