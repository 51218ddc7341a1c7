/** From the API's topology to what is drawn. */
import type { Schemas } from "@/api/client";
import type { GraphLink, GraphNode } from "@/ui/graph";
import type { Tone } from "@/ui/status";

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

/** `alerts` are those that stand: the gravest of a device is drawn around it. */
export function drawn(topology: Topology, alerts: readonly Pick<Schemas["AlertRow"], "device_id" | "severity">[], { q, type, others }: Choice): { nodes: GraphNode[]; links: GraphLink[] } {
  const worst = new Map<string, string>();
  for (const { device_id: device, severity } of alerts) {
    if (!device) continue;
    const present = worst.get(device);
    if (present === undefined || GRAVITY.indexOf(severity) < GRAVITY.indexOf(present)) worst.set(device, severity);
  }
  const word = q.trim().toLowerCase();
  const chosen = topology.nodes.filter((node) => (others || node.managed !== false) && (!type || node.type === type) && (!word || node.name.toLowerCase().includes(word)));
  const shown = new Set(chosen.map((node) => node.id));
  if (word) for (const link of topology.links) {
    // whoever was searched for is shown with its neighbours
    if (chosen.some((node) => node.id === link.source)) shown.add(link.target);
    if (chosen.some((node) => node.id === link.target)) shown.add(link.source);
  }
  const domain = commonDomain(topology.nodes.map((node) => node.name));
  const nodes = topology.nodes
    .filter((node) => shown.has(node.id))
    .map((node): GraphNode => {
      const ring = RINGS[worst.get(node.id) ?? ""];
      return { id: node.id, label: (domain && node.name.endsWith(domain) ? node.name.slice(0, -domain.length) : node.name) || "unnamed", tone: TONES[node.status] ?? "idle", kind: KINDS[node.type] ?? "other", faint: node.managed === false, ...(ring && { ring }) };
    });
  const links = topology.links
    .filter((link) => shown.has(link.source) && shown.has(link.target))
    .map((link): GraphLink => ({
      id: `${link.source}/${link.source_port}/${link.target}/${link.target_port}`,
      source: link.source,
      target: link.target,
      label: [link.source_port, link.target_port].filter(Boolean).join(" – "),
      faint: link.confirmed === false,
    }));
  return { nodes, links };
}
