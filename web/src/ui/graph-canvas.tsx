/** The graph's drawing: what changed is changed, so that nothing jumps; only new nodes are laid out. */
import cytoscape, { type Core, type ElementDefinition, type NodeSingular, type StylesheetJson } from "cytoscape";
import { useEffect, useRef } from "react";
import type { GraphLink, GraphNode, GraphProps } from "./graph";
import { visible } from "./name";
import type { Tone } from "./status";
import { color, onTheme } from "./theme";

const SHAPES = { router: "ellipse", switch: "round-rectangle", wireless: "round-triangle", server: "round-hexagon", other: "round-diamond", group: "round-octagon" } as const;
const TONES: readonly Tone[] = ["ok", "warn", "bad", "high", "note", "idle"];
const MANY = 400;
const NODE_PX = 22;
const TAP_MS = 350;
const APART_PX = 110;
const MOST_STRETCH = 1.8;

/** Labels stay readable on a map that is zoomed out, as far as there is room. */
function labelPx(zoom: number): number {
  return Math.min(26, Math.max(12, 11 / zoom));
}

function styles(label: number): StylesheetJson {
  return [
    {
      selector: "node",
      style: {
        label: "data(label)",
        shape: "data(shape)" as never,
        width: "data(size)" as never,
        height: "data(size)" as never,
        color: color("--text"),
        "font-size": label,
        "text-valign": "bottom",
        "text-margin-y": 4,
        "text-max-width": `${String(label * 12)}px`,
        "text-wrap": "ellipsis",
        "min-zoomed-font-size": 5,
        "border-width": 2,
        "background-color": color("--surface"),
      },
    },
    ...TONES.flatMap((tone) => [
      { selector: `node[tone="${tone}"]`, style: { "border-color": color(`--${tone}`), "background-color": color(`--${tone}-soft`) } },
      { selector: `node[ring="${tone}"]`, style: { "outline-color": color(`--${tone}`), "outline-width": 4, "outline-offset": 2, "outline-opacity": 0.8 } as never },
      { selector: `edge[tone="${tone}"]`, style: { "line-color": color(`--${tone}`) } },
    ]),
    { selector: "edge", style: { width: "data(width)" as never, "line-color": color("--line-strong"), "curve-style": "bezier" as const } },
    ...TONES.map((tone) => ({ selector: `edge[tone="${tone}"]`, style: { "line-color": color(`--${tone}`) } })),
    { selector: "edge:selected, edge.near", style: { label: "data(label)", "font-size": 9, color: color("--muted"), "text-background-color": color("--surface"), "text-background-opacity": 1, "line-color": color("--accent") } },
    { selector: "node[tone = 'bad']", style: { "border-style": "double", "border-width": 5 } },
    { selector: "[?faint]", style: { opacity: 0.45, "border-style": "dashed", "line-style": "dashed" } as never },
    { selector: "node[shape = 'round-octagon']", style: { "text-max-width": `${String(label * 20)}px` } },
    { selector: "node:selected", style: { "border-color": color("--accent"), "border-width": 4 } },
  ];
}

function nodeElement({ id, label, tone, kind = "other", size = 0, ring, faint, at }: GraphNode): ElementDefinition {
  return { group: "nodes", data: { id, label: visible(label).slice(0, 60), tone, shape: SHAPES[kind], ring: ring ?? "", faint: faint ?? false, size: NODE_PX + Math.min(34, Math.sqrt(size)) }, ...(at && { position: { ...at } }) };
}

function linkElement({ id, source, target, label = "", tone, faint, width = 1.5 }: GraphLink): ElementDefinition {
  return { group: "edges", data: { id, source, target, label: visible(label), tone: tone ?? "", faint: faint ?? false, width } };
}

/** Brings the drawing to what is wanted; true where something is there that has no place yet. */
function bring(core: Core, nodes: readonly GraphNode[], links: readonly GraphLink[]): boolean {
  const known = new Set(nodes.map(({ id }) => id));
  const wanted = new Map<string, ElementDefinition>();
  for (const node of nodes) wanted.set(node.id, nodeElement(node));
  for (const link of links) if (known.has(link.source) && known.has(link.target)) wanted.set(link.id, linkElement(link));
  let unplaced = false;
  core.batch(() => {
    core.elements().filter((each) => !wanted.has(each.id())).remove();
    for (const [id, element] of wanted) {
      const there = core.getElementById(id);
      if (there.nonempty()) there.data(element.data);
      else {
        core.add(element);
        unplaced ||= element.group === "nodes" && element.position === undefined;
      }
    }
  });
  return unplaced;
}

/** Turned and stretched to the shape of the window; whoever has no link stands in rows below. */
function arrange(core: Core): void {
  const linked = core.nodes().filter((each) => each.degree(false) > 0);
  const wide = core.width() / Math.max(1, core.height());
  if (linked.nonempty()) {
    const points = linked.toArray().map((each) => ({ ...(each as NodeSingular).position() }));
    const [x, y] = [mean(points.map((each) => each.x)), mean(points.map((each) => each.y))];
    const [xx, yy, xy] = [mean(points.map((each) => (each.x - x) ** 2)), mean(points.map((each) => (each.y - y) ** 2)), mean(points.map((each) => (each.x - x) * (each.y - y)))];
    const turn = (wide >= 1 ? 0 : Math.PI / 2) - Math.atan2(2 * xy, xx - yy) / 2;
    const turned = points.map((each) => ({
      x: (each.x - x) * Math.cos(turn) - (each.y - y) * Math.sin(turn),
      y: (each.x - x) * Math.sin(turn) + (each.y - y) * Math.cos(turn),
    }));
    const aspect = extent(turned.map((each) => each.x)) / extent(turned.map((each) => each.y));
    const stretch = Math.min(MOST_STRETCH, Math.max(1 / MOST_STRETCH, wide / aspect));
    linked.forEach((each, index) => {
      const at = turned[index] ?? { x: 0, y: 0 };
      each.position({ x: at.x * Math.max(1, stretch), y: at.y * Math.max(1, 1 / stretch) });
    });
  }
  const box = linked.nonempty() ? linked.boundingBox() : { x1: 0, y1: 0, y2: 0, w: APART_PX * 4 };
  const rest = core.nodes().filter((each) => each.degree(false) === 0);
  const apart = rest.some((each) => each.data("shape") === SHAPES.group) ? APART_PX * 2 : APART_PX; // their labels are longer
  const columns = Math.max(2, Math.floor(box.w / apart) + 1, Math.ceil(Math.sqrt(rest.length * wide * 0.4)));
  rest.forEach((each, index) => {
    each.position({ x: box.x1 + apart / 2 + (index % columns) * apart, y: box.y2 + APART_PX * (0.75 + 0.75 * Math.floor(index / columns)) });
  });
  core.fit(undefined, 30);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);
}

function extent(values: readonly number[]): number {
  return Math.max(1, Math.max(...values) - Math.min(...values));
}

function layOut(core: Core, first: boolean): void {
  const many = core.nodes().length > MANY;
  core.layout(
    many
      ? { name: "concentric", animate: false, concentric: (node: { degree: () => number }) => node.degree(), levelWidth: () => 2, minNodeSpacing: 14 } as never
      : { name: "cose", animate: false, randomize: first, nodeRepulsion: () => 9_000, idealEdgeLength: () => 55, componentSpacing: 40, gravity: 1.2, padding: 30, fit: first, nodeDimensionsIncludeLabels: true },
  ).run();
  if (first && !many) arrange(core);
}

export default function GraphCanvas({ nodes, links, selected, ...told }: GraphProps) {
  const holder = useRef<HTMLDivElement>(null);
  const core = useRef<Core | null>(null);
  const latest = useRef(told);
  useEffect(() => {
    latest.current = told;
  });

  useEffect(() => {
    if (!holder.current) return;
    const made = cytoscape({ container: holder.current, style: styles(12), minZoom: 0.1, maxZoom: 4, boxSelectionEnabled: false, selectionType: "single" });
    core.current = made;
    let tapped = { id: "", at: 0 };
    made.on("tap", "node", ({ target }) => {
      const id = (target as { id: () => string }).id();
      if (tapped.id === id && Date.now() - tapped.at < TAP_MS) latest.current.onOpen?.(id);
      tapped = { id, at: Date.now() };
      latest.current.onSelect?.(id);
    });
    made.on("tap", (event) => {
      if (event.target === made) latest.current.onSelect?.(null);
    });
    made.on("dragfree", "node", ({ target }) => {
      const node = target as { id: () => string; position: () => { x: number; y: number } };
      latest.current.onMove?.(node.id(), { ...node.position() });
    });
    let moved = false;
    made.on("dragpan scrollzoom pinchzoom dragfree", () => { moved = true; });
    let label = 12;
    made.on("zoom", () => {
      const fit = Math.round(labelPx(made.zoom()));
      if (fit === label || made.nodes().length > MANY) return;
      label = fit;
      made.style(styles(label));
    });
    const watcher = new ResizeObserver(() => {
      made.resize();
      if (!moved) made.fit(undefined, 30);
    });
    watcher.observe(holder.current);
    const stop = onTheme(() => { made.style(styles(label)); });
    return () => {
      watcher.disconnect();
      stop();
      made.destroy();
      core.current = null;
    };
  }, []);

  useEffect(() => {
    const made = core.current;
    if (!made) return;
    const first = !nodes.some(({ id }) => made.getElementById(id).nonempty());
    if (bring(made, nodes, links)) layOut(made, first);
    else if (first) made.fit(undefined, 30);
  }, [nodes, links]);

  useEffect(() => {
    const made = core.current;
    if (!made) return;
    made.edges().removeClass("near");
    made.nodes().unselect();
    if (!selected) return;
    const node = made.getElementById(selected);
    node.select();
    node.connectedEdges().addClass("near");
  }, [selected, nodes]);

  return <div ref={holder} className="h-full w-full" />;
}
