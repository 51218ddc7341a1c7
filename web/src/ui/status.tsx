/** States as icon, word and colour: never colour alone. */
import {
  BellOff,
  Check,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleHelp,
  CircleSlash,
  CircleX,
  Clock,
  Eye,
  Flame,
  Info,
  LoaderCircle,
  OctagonAlert,
  TriangleAlert,
  Wrench,
  type LucideIcon,
} from "lucide-react";
import { memo, type ReactNode } from "react";
import { cn } from "./cn";
import { safe, visible } from "./name";

export type Tone = "ok" | "warn" | "bad" | "high" | "note" | "idle";

const TONES: Record<Tone, string> = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  high: "bg-high-soft text-high",
  note: "bg-note-soft text-note",
  idle: "bg-idle-soft text-idle",
};

export const TONE_TEXT: Record<Tone, string> = {
  ok: "text-ok",
  warn: "text-warn",
  bad: "text-bad",
  high: "text-high",
  note: "text-note",
  idle: "text-idle",
};

interface Look {
  tone: Tone;
  icon: LucideIcon;
  label?: string;
}

/** Every state word of the API, of devices, alerts, operations, connections and services. */
const LOOKS: Record<string, Look> = {
  up: { tone: "ok", icon: CircleCheck },
  down: { tone: "bad", icon: CircleX },
  unknown: { tone: "idle", icon: CircleHelp },
  maintenance: { tone: "note", icon: Wrench },
  critical: { tone: "bad", icon: OctagonAlert },
  high: { tone: "high", icon: Flame },
  medium: { tone: "warn", icon: TriangleAlert },
  low: { tone: "note", icon: CircleDot },
  info: { tone: "idle", icon: Info },
  firing: { tone: "bad", icon: OctagonAlert },
  acknowledged: { tone: "warn", icon: Eye },
  resolved: { tone: "ok", icon: CircleCheck },
  silenced: { tone: "idle", icon: BellOff },
  requested: { tone: "idle", icon: Clock },
  queued: { tone: "idle", icon: Clock },
  running: { tone: "note", icon: LoaderCircle },
  succeeded: { tone: "ok", icon: CircleCheck },
  failed: { tone: "bad", icon: CircleX },
  cancelled: { tone: "idle", icon: CircleSlash },
  outcome_unknown: { tone: "warn", icon: CircleHelp, label: "outcome unknown" },
  connected: { tone: "ok", icon: CircleCheck },
  connecting: { tone: "note", icon: LoaderCircle },
  healthy: { tone: "ok", icon: CircleCheck },
  degraded: { tone: "warn", icon: TriangleAlert },
  unhealthy: { tone: "bad", icon: CircleX },
  behind: { tone: "warn", icon: Clock },
  active: { tone: "ok", icon: CircleCheck },
  isolated: { tone: "warn", icon: CircleSlash },
  isolation_requested: { tone: "note", icon: LoaderCircle, label: "isolating" },
  release_requested: { tone: "note", icon: LoaderCircle, label: "releasing" },
  not_effective: { tone: "bad", icon: TriangleAlert, label: "isolated without effect" },
  deleted: { tone: "idle", icon: CircleSlash },
  removed: { tone: "idle", icon: CircleSlash },
  rebuilding: { tone: "note", icon: LoaderCircle },
  stopped: { tone: "idle", icon: CircleSlash },
  disabled: { tone: "idle", icon: CircleSlash },
  enabled: { tone: "ok", icon: Check },
  revoked: { tone: "idle", icon: CircleSlash },
  expired: { tone: "warn", icon: Clock },
  ok: { tone: "ok", icon: CircleCheck },
  debug: { tone: "idle", icon: CircleDot },
  warning: { tone: "warn", icon: TriangleAlert },
  error: { tone: "bad", icon: CircleX },
};

export function lookOf(state: string): Required<Look> {
  const look = LOOKS[state] ?? { tone: "idle" as const, icon: CircleDashed };
  return { label: state.replaceAll("_", " ") || "unknown", ...look };
}

export const StatusBadge = memo(function StatusBadge({ state, label, tone, icon, className }: { state: string; label?: string; tone?: Tone; icon?: LucideIcon; className?: string }) {
  const look = lookOf(state);
  const Icon = icon ?? look.icon;
  return (
    <span
      className={cn(
        "inline-flex max-w-full items-center gap-1 rounded align-middle px-1.5 py-px text-xs font-medium whitespace-nowrap",
        TONES[tone ?? look.tone],
        className,
      )}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{visible(label ?? look.label)}</span>
    </span>
  );
});

export const Chip = memo(function Chip({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <span className={cn("inline-block max-w-full truncate rounded bg-idle-soft px-1.5 py-px align-middle text-xs text-text", className)}>
      {safe(children)}
    </span>
  );
});
