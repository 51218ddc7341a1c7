/** From the API's topology to what is drawn. */
import type { Schemas } from "@/api/client";
import type { GraphLink, GraphNode } from "@/ui/graph";
import type { Tone } from "@/ui/status";
import { count } from "@/ui/units";
import { picture, type Group } from "./groups";

type Topology = Schemas["Topology"];
type Kind = NonNullable<GraphNode["kind"]>;

const TONES: Record<string, Tone> = { up: "ok", down: "bad", maintenance: "note", unknown: "idle" };
const KINDS: Record<string, Kind> = { router: "router", firewall: "router", switch: "switch", wireless: "wireless", server: "server" };
const GRAVITY = ["critical", "high", "medium", "low", "info"];
const RINGS: Record<string, Tone> = { critical: "bad", high: "high", medium: "warn", low: "note", info: "idle" };

export interface Choice {
  q: string;
  type: string;
  /** Also neighbours that are no devices of ours. */
  others: boolean;
}

/** The domain that most names end in, as ".example.net": the map leaves it out. */
export function commonDomain(names: readonly string[]): string {
  const times = new Map<string, number>();
  for (const name of names) {
    const found = /\.[a-z0-9-]+\.[a-z][a-z0-9-]*$/i.exec(name);
    if (found && found.index > 0) times.set(found[0], (times.get(found[0]) ?? 0) + 1);
  }
  const [domain, most] = [...times].sort(([, one], [, other]) => other - one)[0] ?? ["", 0];
  return most > 1 && most * 2 >= [...times.values()].reduce((sum, each) => sum + each, 0) ? domain : "";
}

export interface Drawing {
  nodes: GraphNode[];
  links: GraphLink[];
  /** Groups that are drawn as one, by their id. */
  groups: Map<string, Group>;
  /** The open groups, outermost first. */
  path: Group[];
  /** Everything that the choice leaves, drawn or inside a group. */
  chosen: { nodes: Topology["nodes"]; links: Topology["links"] };
}

/** `alerts` are those that stand: the gravest of a device, or of a group, is drawn around it. `open` names the open groups. */
export function drawn(topology: Topology, alerts: readonly Pick<Schemas["AlertRow"], "device_id" | "severity">[], choice: Choice, open: readonly string[] = []): Drawing {
  const chosen = leftBy(topology, choice);
  const { nodes: single, groups, path } = picture(chosen.nodes, chosen.links, open);
  const worst = gravest(alerts);
  const domain = commonDomain(topology.nodes.map((node) => node.name));
  const short = (name: string) => (domain && name.endsWith(domain) ? name.slice(0, -domain.length) : name) || "unnamed";
  const nodes = single.map((node): GraphNode => {
    const ring = RINGS[worst.get(node.id) ?? ""];
    return { id: node.id, label: short(node.name), tone: TONES[node.status] ?? "idle", kind: KINDS[node.type] ?? "other", faint: node.managed === false, ...(ring && { ring }) };
  });
  const place = new Map(single.map(({ id }) => [id, id]));
  for (const group of groups) {
    for (const { id } of group.nodes) place.set(id, group.id);
    const ring = RINGS[group.nodes.map(({ id }) => worst.get(id) ?? "").sort(byGravity)[0] ?? ""];
    nodes.push({ id: group.id, label: `${group.label.replace(/^around /, "").split(" … ").map(short).join(" … ")}: ${count(group.nodes.length)}${downIn(group)}`, tone: toneOf(group), kind: "group", size: group.nodes.length, ...(ring && { ring }) });
  }
  return { nodes, links: linksOf(chosen.links, place), groups: new Map(groups.map((each) => [each.id, each])), path, chosen };
}

function leftBy({ nodes, links }: Topology, { q, type, others }: Choice): Drawing["chosen"] {
  const word = q.trim().toLowerCase();
  const found = nodes.filter((node) => (others || node.managed !== false) && (!type || node.type === type) && (!word || node.name.toLowerCase().includes(word)));
  const hits = new Set(found.map(({ id }) => id));
  const shown = new Set(hits);
  if (word) for (const { source, target } of links) {
    // whoever was searched for is shown with its neighbours
    if (hits.has(source)) shown.add(target);
    if (hits.has(target)) shown.add(source);
  }
  return { nodes: nodes.filter(({ id }) => shown.has(id)), links: links.filter(({ source, target }) => shown.has(source) && shown.has(target)) };
}

function gravest(alerts: readonly Pick<Schemas["AlertRow"], "device_id" | "severity">[]): Map<string, string> {
  const worst = new Map<string, string>();
  for (const { device_id: device, severity } of alerts) {
    if (device && byGravity(severity, worst.get(device) ?? "") < 0) worst.set(device, severity);
  }
  return worst;
}

function byGravity(one: string, other: string): number {
  const place = (severity: string) => (GRAVITY.indexOf(severity) + GRAVITY.length + 1) % (GRAVITY.length + 1); // none comes last
  return place(one) - place(other);
}

export function downOf({ nodes }: Group): number {
  return nodes.filter(({ status }) => status === "down").length;
}

function downIn(group: Group): string {
  const down = downOf(group);
  return down > 0 ? `, ${count(down)} down` : "";
}

/** Some of many are always down: a group is red where most of it is. */
function toneOf(group: Group): Tone {
  const down = downOf(group);
  if (down * 2 > group.nodes.length) return "bad";
  if (down > 0) return "warn";
  return group.nodes.some(({ status }) => status === "up") ? "ok" : "idle";
}

/** Cables between devices one by one; between groups as one line, the thicker the more there are. */
function linksOf(links: Topology["links"], place: ReadonlyMap<string, string>): GraphLink[] {
  const single: GraphLink[] = [];
  const bundles = new Map<string, { source: string; target: string; times: number }>();
  for (const link of links) {
    const [source, target] = [place.get(link.source), place.get(link.target)];
    if (source === undefined || target === undefined || (source === target && source !== link.source)) continue;
    if (source === link.source && target === link.target) {
      single.push({
        id: `${link.source}/${link.source_port}/${link.target}/${link.target_port}`,
        source,
        target,
        label: [link.source_port, link.target_port].filter(Boolean).join(" – "),
        faint: link.confirmed === false,
      });
      continue;
    }
    const ends = [source, target].sort();
    const key = ends.join("//");
    const bundle = bundles.get(key) ?? { source: ends[0] ?? "", target: ends[1] ?? "", times: 0 };
    bundle.times += 1;
    bundles.set(key, bundle);
  }
  const bundled = [...bundles].map(([id, { source, target, times }]): GraphLink => ({ id, source, target, label: `${count(times)} ${times === 1 ? "link" : "links"}`, width: Math.min(8, 1.5 + Math.log2(times)) }));
  return [...single, ...bundled];
}
