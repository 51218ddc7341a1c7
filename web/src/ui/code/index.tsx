/** Configurations, templates and their differences; the editor is loaded when it is first shown. */
import { lazy, Suspense } from "react";
import { cn } from "../cn";
import { useMediaQuery } from "../hooks";
import { Skeleton } from "../states";
import type { Language } from "./language";

const Editor = lazy(async () => ({ default: (await import("./editor")).Editor }));
const Diff = lazy(async () => ({ default: (await import("./editor")).Diff }));

export interface CodeProps {
  value: string;
  label: string;
  language?: Language;
  /** Without it the text is read only. */
  onChange?: (value: string) => void;
  /** Shown and marked. */
  line?: number;
}

export interface DiffProps {
  before: string;
  after: string;
  label: string;
  language?: Language;
  /** In one column; on a phone always. */
  unified?: boolean;
}

const FRAME = "overflow-hidden rounded-md border border-line";
const waiting = <Skeleton lines={8} className="p-3" />;

export function Code({ className, ...props }: CodeProps & { className?: string }) {
  return (
    <div className={cn(FRAME, className ?? "h-96")}>
      <Suspense fallback={waiting}>
        <Editor {...props} />
      </Suspense>
    </div>
  );
}

export function CodeDiff({ className, unified, ...props }: DiffProps & { className?: string }) {
  const narrow = useMediaQuery("(max-width: 767px)");
  return (
    <div className={cn(FRAME, className ?? "h-96")}>
      <Suspense fallback={waiting}>
        <Diff {...props} unified={narrow || (unified ?? false)} />
      </Suspense>
    </div>
  );
}
