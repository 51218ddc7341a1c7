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
  const nodes = topology.nodes
    .filter((node) => shown.has(node.id))
    .map((node): GraphNode => {
      const ring = RINGS[worst.get(node.id) ?? ""];
      return { id: node.id, label: node.name || "unnamed", tone: TONES[node.status] ?? "idle", kind: KINDS[node.type] ?? "other", faint: node.managed === false, ...(ring && { ring }) };
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
