import { describe, expect, it } from "vitest";
import { MOST, pathTo, picture } from "./groups";
import { drawn } from "./shapes";

const SPOKES = 40;
const node = (id: string, more = {}) => ({ id, name: id, type: "switch", vendor: "", status: "up", site: "", managed: true, ...more });
const link = (source: string, target: string) => ({ source, source_port: "1", target, target_port: "2", protocol: "lldp", confirmed: true });
/** Sites of four hubs in a ring, each with its spokes; and some that nobody is linked to. */
function network(sites: number, named = true) {
  const nodes = [];
  const links = [];
  for (let site = 0; site < sites; site += 1) {
    const at = { site: named ? `s${String(site)}` : "" };
    for (let hub = 0; hub < 4; hub += 1) {
      const name = `h${String(site)}-${String(hub)}`;
      nodes.push(node(name, at));
      links.push(link(name, `h${String(hub === 3 ? (site + 1) % sites : site)}-${String((hub + 1) % 4)}`));
      for (let spoke = 0; spoke < SPOKES; spoke += 1) {
        nodes.push(node(`${name}-${String(spoke)}`, { ...at, status: spoke === 0 && hub === 0 ? "down" : "up" }));
        links.push(link(name, `${name}-${String(spoke)}`));
      }
    }
    for (let alone = 0; alone < 10; alone += 1) nodes.push(node(`a${String(site)}-${String(alone)}`, { ...at, type: "server" }));
  }
  return { nodes, links };
}

describe("a network of thousands", () => {
  const everything = { q: "", type: "", others: true };
  for (const [told, whole] of [["with sites", network(30)], ["without sites", network(30, false)]] as const) {
    it(`is drawn in few parts, ${told}`, () => {
      const map = drawn(whole, [], everything);
      expect(map.nodes.length).toBeLessThanOrEqual(MOST);
      expect([...map.groups.values()].reduce((sum, each) => sum + each.nodes.length, 0)).toBe(whole.nodes.length);
      expect(map.links.length).toBeGreaterThan(0);
      expect(map.links.length).toBeLessThan(whole.nodes.length / 10);
    });
    it(`leads to every device, ${told}`, () => {
      for (const id of ["h7-2-13", "a29-3", "h0-0"]) {
        const path = pathTo(id, whole.nodes, whole.links);
        const found = picture(whole.nodes, whole.links, path);
        expect(found.nodes.map((each) => each.id)).toContain(id);
        expect(found.nodes.length).toBeLessThanOrEqual(MOST);
      }
    });
  }
  it("tells of a group how much of it is down, and how many cables lead to the next", () => {
    const map = drawn(network(30), [{ device_id: "h3-1", severity: "critical" }], everything);
    const third = map.nodes.find((each) => each.id === "site:s3");
    expect([third?.label, third?.tone, third?.ring]).toEqual([`s3: ${String(4 + 4 * SPOKES + 10)}, 1 down`, "warn", "bad"]);
    expect(map.links.find((each) => each.id === "site:s3//site:s4")?.label).toBe("1 link");
  });
  it("passes over a group that is not there any more", () => {
    expect(picture(network(30).nodes, network(30).links, ["site:gone"]).path).toEqual([]);
  });
});
