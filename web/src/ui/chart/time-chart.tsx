/** Series over time with axes, units, legend and gaps; the drawing itself is loaded when a chart is first shown. */
import { lazy, Suspense, useState } from "react";
import { cn } from "../cn";
import { metricValue } from "../units";
import { colorName, summary, type Mark, type Series } from "./series";

const Canvas = lazy(() => import("./canvas"));

export interface TimeChartProps {
  label: string;
  /** Seconds since 1970, ascending; as many as each series has values. */
  times: readonly number[];
  series: readonly Series[];
  /** Name of the metric: tells the unit. */
  metric: string;
  height?: number;
  marks?: readonly Mark[];
  /** The shown span (s), also where there are no values; all of `times` if not given. */
  span?: readonly [number, number];
  /** A span was dragged over: the caller asks for finer values there. */
  onZoom?: (from: number, to: number) => void;
  /** Least and greatest value of the axis, as [0, 100] for percent. */
  scale?: readonly [number | null, number | null];
  className?: string;
}

export function TimeChart({ label, times, series, metric, height = 200, className, ...rest }: TimeChartProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = series.map((each, index) => ({ ...each, color: each.color ?? index, hidden: hidden.has(each.label) }));

  function toggle(name: string) {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  }

  return (
    <figure className={cn("min-w-0", className)} aria-label={label}>
      <div style={{ height }} className="relative">
        {times.length === 0 ? (
          <p className="flex h-full items-center justify-center rounded bg-sunken text-sm text-muted">Nothing was measured in this time.</p>
        ) : (
          <Suspense fallback={<div className="h-full animate-pulse rounded bg-sunken" />}>
            <Canvas times={times} series={shown} metric={metric} height={height} {...rest} />
          </Suspense>
        )}
      </div>
      <figcaption className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-xs">
        {shown.map(({ label: name, values, color, hidden: off, dashed }) => {
          const { last, min, max } = summary(values);
          return (
            <button key={name} type="button" aria-pressed={!off} onClick={() => { toggle(name); }} className={cn("flex max-w-full min-w-0 items-center gap-1.5 rounded hover:bg-hover", off && "opacity-50")}>
              <svg aria-hidden viewBox="0 0 16 4" className="h-1 w-4 shrink-0">
                <line x1="0" x2="16" y1="2" y2="2" strokeWidth="3" stroke={`var(${colorName(color)})`} strokeDasharray={dashed ? "4 3" : undefined} />
              </svg>
              <bdi className="truncate">{name}</bdi>
              <span className="shrink-0 font-medium">{metricValue(metric, last)}</span>
              {min !== max && (
                <span className="hidden shrink-0 text-muted sm:inline">
                  {metricValue(metric, min)} to {metricValue(metric, max)}
                </span>
              )}
            </button>
          );
        })}
      </figcaption>
    </figure>
  );
}
