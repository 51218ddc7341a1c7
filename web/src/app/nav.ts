/** The menu: every page in its group. An entry shows once a feature has a page at its path. */
import {
  Activity,
  BellRing,
  ClipboardCheck,
  FileCode2,
  FileDiff,
  Gauge,
  LineChart,
  Network,
  Radar,
  Router,
  ScrollText,
  Server,
  Settings,
  Users,
  type LucideIcon,
} from "lucide-react";
import type { Role } from "@/api/session";
import { features } from "./feature";

export interface NavEntry {
  to: string;
  label: string;
  icon: LucideIcon;
  role?: Role;
  /** In the bar at the foot of a phone: what somebody on call needs. */
  onCall?: boolean;
}

const GROUPS: readonly { label: string; entries: readonly NavEntry[] }[] = [
  {
    label: "Watch",
    entries: [
      { to: "/dashboard", label: "Dashboard", icon: Gauge, onCall: true },
      { to: "/alerts", label: "Alerts", icon: BellRing, onCall: true },
      { to: "/topology", label: "Topology", icon: Network },
      { to: "/telemetry", label: "Telemetry", icon: Activity },
      { to: "/analytics", label: "Analytics", icon: LineChart },
    ],
  },
  {
    label: "Network",
    entries: [
      { to: "/devices", label: "Devices", icon: Server, onCall: true },
      { to: "/routers", label: "Routers", icon: Router },
      { to: "/customers", label: "Customers", icon: Users },
      { to: "/discovery", label: "Discovery", icon: Radar },
    ],
  },
  {
    label: "Configuration",
    entries: [
      { to: "/configs", label: "Configs", icon: FileDiff },
      { to: "/templates", label: "Templates", icon: FileCode2 },
      { to: "/compliance", label: "Compliance", icon: ClipboardCheck },
    ],
  },
  {
    label: "System",
    entries: [
      { to: "/audit", label: "Audit", icon: ScrollText, onCall: true },
      { to: "/admin", label: "Admin", icon: Settings, role: "admin" },
    ],
  },
];

const built = new Set(features.flatMap((feature) => feature.routes.map((route) => route.path)));

export const navGroups = GROUPS.map(({ label, entries }) => ({ label, entries: entries.filter(({ to }) => built.has(to)) })).filter(
  ({ entries }) => entries.length > 0,
);
