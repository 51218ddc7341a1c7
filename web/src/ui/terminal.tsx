/** A terminal; xterm.js is loaded when one is first shown. What is on the other end is the caller's. */
import { lazy, Suspense } from "react";
import { cn } from "./cn";

const Screen = lazy(() => import("./terminal-screen"));

export interface TerminalHandle {
  write: (text: string | Uint8Array) => void;
  focus: () => void;
  size: () => { cols: number; rows: number };
}

export interface TerminalProps {
  label: string;
  /** What was typed. */
  onData?: (text: string) => void;
  onResize?: (cols: number, rows: number) => void;
  onReady?: (handle: TerminalHandle) => void;
}

export function Terminal({ className, ...props }: TerminalProps & { className?: string }) {
  return (
    <div className={cn("overflow-hidden rounded-md border border-line bg-sunken p-2", className ?? "h-96")}>
      <Suspense fallback={<div className="h-full animate-pulse rounded bg-idle-soft" />}>
        <Screen {...props} />
      </Suspense>
    </div>
  );
}
