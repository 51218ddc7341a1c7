/** The chart's drawing, by uPlot: redrawn for theme, size and data; kept while only the data changes. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { color, onTheme } from "../theme";
import { formatTime } from "../time";
import { axisSteps, metricValue } from "../units";
import { colorName, type Mark, type Series } from "./series";
import type { TimeChartProps } from "./time-chart";

type Shown = Series & { color: number; hidden: boolean };
interface CanvasProps extends Omit<TimeChartProps, "label" | "series" | "className" | "height"> {
  series: readonly Shown[];
  height: number;
}

const BAND_ALPHA = "26";
const AXIS_PX = 84;

export default function Canvas(props: CanvasProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const tip = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  // anew only when what is drawn changes in kind; values are set below
  const shape = JSON.stringify([props.metric, props.height, props.scale, props.series.map(({ label, dashed, color: tint, hidden, band }) => [label, dashed, tint, hidden, band !== undefined])]);
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(latest, tip, element.clientWidth), columns(latest.current), element);
    };
    draw();
    const watcher = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: latest.current.height });
    });
    watcher.observe(element);
    const stop = onTheme(draw);
    return () => {
      watcher.disconnect();
      stop();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);

  const { times, series, marks, span } = props;
  useEffect(() => {
    plot.current?.setData(columns(latest.current), true);
  }, [times, series, marks, span]);

  return (
    <div ref={holder} aria-hidden className="h-full w-full">
      <div ref={tip} className="pointer-events-none absolute z-10 hidden rounded-md border border-line bg-raised px-2 py-1 text-xs whitespace-pre shadow-pop" />
    </div>
  );
}

const DAY_S = 86_400;

type Latest = { readonly current: CanvasProps };

/** Lines first, then the edges of the bands. */
function columns({ times, series }: CanvasProps): uPlot.AlignedData {
  const edges = series.flatMap(({ band }) => (band ? [band.upper, band.lower] : []));
  return [times, ...series.map(({ values }) => values), ...edges] as uPlot.AlignedData;
}

function options(latest: Latest, tip: { readonly current: HTMLDivElement | null }, width: number): uPlot.Options {
  const { series, metric, height, scale } = latest.current;
  const edges: uPlot.Series[] = [];
  const bands: uPlot.Band[] = [];
  series.forEach(({ band, color: tint, hidden }) => {
    if (!band) return;
    const first = 1 + series.length + edges.length;
    edges.push({ show: !hidden, stroke: "transparent", points: { show: false } }, { show: !hidden, stroke: "transparent", points: { show: false } });
    bands.push({ series: [first, first + 1], fill: color(colorName(tint)) + BAND_ALPHA });
  });
  const steps = axisSteps(metric);
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line"), width: 1 }, font: `11px ${getComputedStyle(document.body).fontFamily}` };
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: latest.current.onZoom !== undefined, y: false, setScale: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range: (_plot, min, max) => spanOf(latest.current, min, max) },
      y: { range: (_plot, min, max) => bounds(min, max, scale) },
    },
    axes: [
      { ...axis, values: (_plot, at, _axis, _space, step) => moments(at, step), size: 42, space: 84 },
      { ...axis, size: AXIS_PX, ...(steps && { incrs: steps }), ...(/_(up|ok)$/.test(metric) && { splits: () => [0, 1] }), values: (_plot, at) => figures(metric, at) },
    ],
    series: [
      {},
      ...series.map<uPlot.Series>(({ label, color: tint, dashed, hidden }) => ({
        label,
        show: !hidden,
        stroke: color(colorName(tint)),
        width: 1.5,
        spanGaps: false,
        points: { show: true, size: 4, width: 0, fill: color(colorName(tint)), filter: alone },
        ...(dashed && { dash: [5, 4] }),
      })),
      ...edges,
    ],
    bands,
    hooks: {
      drawClear: [(plot) => { drawMarks(plot, latest.current.marks ?? []); }],
      setCursor: [(plot) => { showTip(plot, latest.current, tip.current); }],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          if (wide > 4) latest.current.onZoom?.(plot.posToVal(left, "x"), plot.posToVal(left + wide, "x"));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** The shown span; one of no length, as of a single sample, is widened to the minute around it. */
function spanOf({ span }: CanvasProps, min: number, max: number): [number, number] {
  const [from, to] = span ?? [min, max];
  return to - from < 1 ? [from - 30, to + 30] : [from, to];
}

/** Times of day along the axis; the date is told where it begins anew. */
function moments(at: readonly number[], step: number): string[] {
  let day = "";
  return at.map((each) => {
    const date = formatTime(each * 1000, "day");
    if (step >= 86_400) return date;
    const clock = formatTime(each * 1000, step < 60 ? "clock" : "minute");
    const told = date === day ? clock : `${clock}\n${date}`;
    day = date;
    return told;
  });
}

/** Along the axis; noughts after the point are left out where no figure needs them. */
function figures(metric: string, at: readonly number[]): string[] {
  if (axisSteps(metric) && at.some((each) => each >= DAY_S) && at.every((each) => each % DAY_S === 0)) return at.map((each) => `${String(each / DAY_S)} d`);
  const told = at.map((each) => metricValue(metric, each));
  return told.some((each) => /\.\d*[1-9]/.test(each)) ? told : told.map((each) => each.replace(/\.0+(?=\D|$)/, ""));
}

/** A sample between two gaps makes no line: it is drawn as a point. */
function alone(plot: uPlot, index: number, show: boolean): number[] | null {
  if (!show) return null;
  const values = plot.data[index] as readonly (number | null | undefined)[];
  const found: number[] = [];
  values.forEach((value, at) => {
    if (value !== null && value !== undefined && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null) found.push(at);
  });
  return found;
}

function bounds(min: number | null, max: number | null, scale: CanvasProps["scale"]): [number, number] {
  const low = scale?.[0] ?? Math.min(0, min ?? 0);
  const high = scale?.[1] ?? (max ?? 1) + Math.abs((max ?? 1) - low) * 0.08;
  return high > low ? [low, high] : [low, low + 1];
}

function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { at, until, tone = "bad" } of marks) {
    const from = Math.round(plot.valToPos(at, "x", true));
    const to = until === undefined ? from + 2 : Math.round(plot.valToPos(until, "x", true));
    if (to < bbox.left || from > bbox.left + bbox.width) continue;
    const left = Math.max(from, bbox.left);
    ctx.globalAlpha = until === undefined ? 0.9 : 0.16;
    ctx.fillStyle = color(`--${tone}`);
    ctx.fillRect(left, bbox.top, Math.max(2, Math.min(to, bbox.left + bbox.width) - left), bbox.height);
  }
  ctx.restore();
}

function showTip(plot: uPlot, { times, series, metric, marks }: CanvasProps, tip: HTMLDivElement | null): void {
  if (!tip) return;
  const { idx, left = -1, top = 0 } = plot.cursor;
  const at = idx === null || idx === undefined ? undefined : times[idx];
  if (at === undefined || left < 0) {
    tip.style.display = "none";
    return;
  }
  const near = (marks ?? []).filter((mark) => (mark.until === undefined ? Math.abs(plot.valToPos(mark.at, "x") - left) < 5 : mark.at <= at && at <= mark.until));
  tip.textContent = [
    formatTime(at * 1000),
    ...series.filter(({ hidden }) => !hidden).slice(0, 12).map(({ label, values }) => `${label.slice(0, 40)}  ${metricValue(metric, values[idx ?? 0])}`),
    ...near.map(({ label }) => label.slice(0, 80)),
  ].join("\n");
  tip.style.display = "block";
  const over = plot.over.offsetLeft + left;
  const right = over + tip.offsetWidth + 16 > plot.width;
  tip.style.left = `${String(Math.max(0, right ? over - tip.offsetWidth - 12 : over + 12))}px`;
  tip.style.top = `${String(Math.max(0, Math.min(top, plot.height - tip.offsetHeight - 8)))}px`;
}
