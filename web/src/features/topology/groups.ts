/**
 * A network of thousands as a map that can be read: what is too much for one picture is drawn as groups, each of which opens. Groups
 * are sites where devices have them, else the surroundings of the devices with the most links.
 */
import type { Schemas } from "@/api/client";

type Node = Schemas["Node"];
type Link = Schemas["Link"];

/** So many nodes are drawn one by one: their names still have room. */
export const MOST = 90;
const MOST_GROUPS = 60;
const SITE = "site:";
const AROUND = "around:";
const ALONE = "alone:";

export interface Group {
  id: string;
  label: string;
  nodes: Node[];
}

/** What stands on the map: single devices, groups, or both where a group is open and others are linked to it. */
export interface Picture {
  nodes: Node[];
  groups: Group[];
  /** The open groups, outermost first. */
  path: Group[];
}

/** `open` are ids of groups, outermost first; one that there is not (any more) is passed over. */
export function picture(nodes: readonly Node[], links: readonly Link[], open: readonly string[]): Picture {
  let inside = [...nodes];
  let around: Group[] = [];
  const path: Group[] = [];
  for (const id of open) {
    const groups = inside.length > MOST ? groupsOf(inside, links) : [];
    const chosen = groups.find((each) => each.id === id);
    if (!chosen) break;
    path.push(chosen);
    around = groups.filter((each) => each !== chosen);
    inside = chosen.nodes;
  }
  const members = new Set(inside.map(({ id }) => id));
  if (inside.length > MOST) return { nodes: [], groups: groupsOf(inside, links), path };
  return { nodes: inside, groups: around.filter((group) => touches(group, members, links)), path };
}

function touches(group: Group, members: ReadonlySet<string>, links: readonly Link[]): boolean {
  const theirs = new Set(group.nodes.map(({ id }) => id));
  return links.some(({ source, target }) => (members.has(source) && theirs.has(target)) || (members.has(target) && theirs.has(source)));
}

/** Where a node is: the ids of the groups to open, outermost first. */
export function pathTo(id: string, nodes: readonly Node[], links: readonly Link[]): string[] {
  const path: string[] = [];
  let inside: readonly Node[] = nodes;
  while (inside.length > MOST) {
    const found = groupsOf(inside, links).find((group) => group.nodes.some((each) => each.id === id));
    if (!found || found.nodes.length === inside.length) break;
    path.push(found.id);
    inside = found.nodes;
  }
  return path;
}

function groupsOf(nodes: readonly Node[], links: readonly Link[]): Group[] {
  const sites = new Set(nodes.map(({ site }) => site ?? ""));
  if (sites.size > 1) return named(nodes, (each) => [`${SITE}${each.site ?? ""}`, each.site || "no site"]);
  const neighbours = neighboursOf(nodes, links);
  const linked = nodes.filter(({ id }) => neighbours.has(id));
  const alone = nodes.filter(({ id }) => !neighbours.has(id));
  const byType = named(alone, ({ type }) => [`${ALONE}${type}`, `${type || "unknown type"}, no links`]);
  return [...surroundings(linked, neighbours), ...byType.flatMap(cut)];
}

function named(nodes: readonly Node[], name: (node: Node) => [id: string, label: string]): Group[] {
  const groups = new Map<string, Group>();
  for (const node of nodes) {
    const [id, label] = name(node);
    const group = groups.get(id) ?? { id, label, nodes: [] };
    group.nodes.push(node);
    groups.set(id, group);
  }
  return [...groups.values()];
}

/** Whoever has no links has no surroundings either: a large crowd is cut by its names. */
function cut(group: Group): Group[] {
  if (group.nodes.length <= MOST) return [group];
  const size = Math.max(MOST, Math.ceil(group.nodes.length / MOST_GROUPS));
  const sorted = [...group.nodes].sort((one, other) => one.name.localeCompare(other.name));
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, at) => {
    const nodes = sorted.slice(at * size, (at + 1) * size);
    return { id: `${group.id}:${nodes[0]?.id ?? ""}`, label: `${nodes[0]?.name ?? ""} … ${nodes.at(-1)?.name ?? ""}`, nodes };
  });
}

function neighboursOf(nodes: readonly Node[], links: readonly Link[]): Map<string, string[]> {
  const known = new Set(nodes.map(({ id }) => id));
  const neighbours = new Map<string, string[]>();
  const add = (one: string, other: string) => {
    const list = neighbours.get(one);
    if (list) list.push(other);
    else neighbours.set(one, [other]);
  };
  for (const { source, target } of links) {
    if (!known.has(source) || !known.has(target)) continue;
    add(source, target);
    add(target, source);
  }
  return neighbours;
}

/** Those with the most links are hubs; each other one belongs to the hub that is nearest. What no hub reaches is told by its own best. */
function surroundings(linked: readonly Node[], neighbours: ReadonlyMap<string, string[]>): Group[] {
  const byId = new Map(linked.map((each) => [each.id, each]));
  const ranked = [...linked].sort((one, other) => (neighbours.get(other.id)?.length ?? 0) - (neighbours.get(one.id)?.length ?? 0) || one.name.localeCompare(other.name));
  const wanted = Math.min(MOST_GROUPS, Math.ceil(Math.sqrt(linked.length)));
  const groups = new Map<string, Group>();
  const owner = new Map<string, Group>();
  const spread = (hubs: readonly Node[]) => {
    const queue: string[] = [];
    for (const hub of hubs) {
      const group = { id: `${AROUND}${hub.id}`, label: `around ${hub.name}`, nodes: [hub] };
      groups.set(group.id, group);
      owner.set(hub.id, group);
      queue.push(hub.id);
    }
    for (let at = 0; at < queue.length; at += 1) {
      const id = queue[at] ?? "";
      const group = owner.get(id);
      for (const next of neighbours.get(id) ?? []) {
        const node = byId.get(next);
        if (!group || !node || owner.has(next)) continue;
        owner.set(next, group);
        group.nodes.push(node);
        queue.push(next);
      }
    }
  };
  spread(ranked.slice(0, wanted));
  for (const node of ranked) if (!owner.has(node.id)) spread([node]);
  return [...groups.values()];
}
