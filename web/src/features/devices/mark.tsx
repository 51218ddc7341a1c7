/** How a difference between then and now is marked: by word and icon, not by colour alone. */
import { MinusCircle, PencilLine, PlusCircle } from "lucide-react";
import type { ReactNode } from "react";
import { asText } from "@/ui/audit";
import { StatusBadge, type Tone } from "@/ui/status";
import { visible } from "@/ui/name";
import type { RowState } from "./differences";

const LOOKS = {
  changed: { label: "changed since", tone: "warn", icon: PencilLine },
  since: { label: "came later", tone: "note", icon: PlusCircle },
  gone: { label: "gone now", tone: "bad", icon: MinusCircle },
} as const satisfies Record<string, { label: string; tone: Tone; icon: unknown }>;

export function Mark({ state }: { state: RowState }) {
  if (state === "same") return null;
  const { label, tone, icon } = LOOKS[state];
  return <StatusBadge state={state} label={label} tone={tone} icon={icon} />;
}

/** A value as it was, with what it is now beside it. */
export function Differing({ children, now }: { children: ReactNode; now: unknown }) {
  return (
    <span className="rounded bg-warn-soft px-1">
      {children}
      <span className="ml-2 text-xs text-warn">now: {visible(asText(now))}</span>
    </span>
  );
}
