/** Nodes and links, laid out by themselves; Cytoscape is loaded when a graph is first shown. A list beside it serves those who cannot see it. */
import { lazy, Suspense } from "react";
import { cn } from "./cn";
import type { Tone } from "./status";

const Canvas = lazy(() => import("./graph-canvas"));

export interface GraphNode {
  id: string;
  label: string;
  tone: Tone;
  /** Of its shape: routers, switches and others are told apart without colour. */
  kind?: "router" | "switch" | "wireless" | "server" | "other" | "group";
  /** Of a group: how many it stands for; it is drawn the larger. */
  size?: number;
  /** Around the node: an anomaly or an alert. */
  ring?: Tone;
  /** Not there at the shown time, or known from neighbours alone. */
  faint?: boolean;
  /** Remembered place; without one it is laid out. */
  at?: { x: number; y: number };
}

export interface GraphLink {
  id: string;
  source: string;
  target: string;
  label?: string;
  tone?: Tone;
  faint?: boolean;
  /** Line width in px, as for its load. */
  width?: number;
}

export interface GraphProps {
  label: string;
  nodes: readonly GraphNode[];
  links: readonly GraphLink[];
  selected?: string | null;
  onSelect?: (id: string | null) => void;
  /** Opened by double click. */
  onOpen?: (id: string) => void;
  /** After somebody moved a node. */
  onMove?: (id: string, at: { x: number; y: number }) => void;
}

export function Graph({ className, ...props }: GraphProps & { className?: string }) {
  return (
    <div role="img" aria-label={props.label} className={cn("relative overflow-hidden rounded-lg border border-line bg-surface", className ?? "h-[32rem]")}>
      <Suspense fallback={<div className="h-full animate-pulse bg-sunken" />}>
        <Canvas {...props} />
      </Suspense>
    </div>
  );
}
