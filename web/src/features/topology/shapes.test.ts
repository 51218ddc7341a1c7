import { describe, expect, it } from "vitest";
import { commonDomain, drawn } from "./shapes";

const node = (id: string, more = {}) => ({ id, name: id, type: "switch", vendor: "", status: "up", managed: true, ...more });
const link = (source: string, target: string) => ({ source, source_port: "1", target, target_port: "2", protocol: "lldp", confirmed: true });
const topology = { nodes: [node("core", { type: "router" }), node("edge"), node("far", { status: "down" }), node("phone", { managed: false })], links: [link("core", "edge"), link("edge", "far"), link("edge", "phone")] };

describe("drawn", () => {
  it("leaves out what is not ours, and its links", () => {
    const { nodes, links } = drawn(topology, [], { q: "", type: "", others: false });
    expect(nodes.map((each) => each.id)).toEqual(["core", "edge", "far"]);
    expect(links).toHaveLength(2);
  });
  it("shows whoever is searched for with the neighbours", () => {
    expect(drawn(topology, [], { q: "CORE", type: "", others: false }).nodes.map((each) => each.id)).toEqual(["core", "edge"]);
  });
  it("draws the gravest alert around a device", () => {
    const alerts = [{ device_id: "far", severity: "low" as const }, { device_id: "far", severity: "critical" as const }, { device_id: null, severity: "high" as const }];
    const far = drawn(topology, alerts, { q: "", type: "", others: true }).nodes.find((each) => each.id === "far");
    expect([far?.tone, far?.ring]).toEqual(["bad", "bad"]);
  });
});

describe("commonDomain", () => {
  it("is what most names end in", () => {
    expect(commonDomain(["a.x.example.net", "b.example.net", "printer", "other.example.org"])).toBe(".example.net");
  });
  it("is none where names have nothing in common, or nothing else", () => {
    expect(commonDomain(["a.example.net", "b.example.org", ".example.net", "192.0.2.1"])).toBe("");
  });
});
