/** A moment of the past, chosen by sliding, by date, or from change to change; none is now. */
import { ChevronLeft, ChevronRight, History } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "./button";
import { cn } from "./cn";
import { MomentField } from "./moment-field";
import { formatTime, useNow, utc } from "./time";

const STEPS = 1000;

export interface TimeSliderProps {
  /** The earliest moment there is something to see of (ms). */
  from: number;
  /** The chosen moment, as the API takes it; undefined is now. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  /** Moments at which something changed (ms, ascending): ticks, and what the arrows go to. */
  changes?: readonly number[];
  className?: string;
}

export function TimeSlider({ from, value, onChange, changes = [], className }: TimeSliderProps) {
  const now = useNow();
  const [dragged, setDragged] = useState<number | null>(null);
  const span = Math.max(1, now - from);
  const chosen = dragged ?? (value === undefined ? now : new Date(value).getTime());
  const place = (at: number) => Math.min(1, Math.max(0, (at - from) / span));

  function choose(at: number) {
    setDragged(null);
    onChange(at >= now - span / STEPS ? undefined : new Date(at).toISOString());
  }
  const before = changes.findLast((at) => at < chosen - 1);
  const after = changes.find((at) => at > chosen + 1);

  return (
    <div className={cn("flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line bg-surface px-3 py-2", value !== undefined && "border-warn bg-warn-soft", className)}>
      <History aria-hidden className="size-4 text-muted" />
      <IconButton icon={ChevronLeft} label="To the change before" disabled={before === undefined} onClick={() => { if (before !== undefined) choose(before); }} />
      <div className="relative min-w-32 flex-1">
        <input
          type="range"
          aria-label="Moment shown"
          aria-valuetext={value === undefined && dragged === null ? "now" : formatTime(chosen)}
          title={utc(chosen)}
          min={0}
          max={STEPS}
          value={Math.round(place(chosen) * STEPS)}
          onChange={(event) => { setDragged(from + (Number(event.target.value) / STEPS) * span); }}
          onPointerUp={() => { if (dragged !== null) choose(dragged); }}
          onKeyUp={() => { if (dragged !== null) choose(dragged); }}
          onBlur={() => { if (dragged !== null) choose(dragged); }}
          className="block w-full accent-accent"
        />
        <div aria-hidden className="relative mx-2 h-1.5">
          {changes.map((at) => (
            <span key={at} className="absolute top-0 h-1.5 w-px bg-muted" style={{ left: `${String(place(at) * 100)}%` }} />
          ))}
        </div>
      </div>
      <IconButton icon={ChevronRight} label="To the change after" disabled={after === undefined} onClick={() => { if (after !== undefined) choose(after); }} />
      <MomentField quiet label="Date and time shown" className="w-42" at={Math.floor(chosen / 1000) * 1000} onMoment={(at) => { if (at !== null) choose(Math.min(at, now)); }} />
      <Button tone={value === undefined ? "quiet" : "primary"} disabled={value === undefined} onClick={() => { setDragged(null); onChange(undefined); }}>
        Now
      </Button>
    </div>
  );
}
