import { describe, expect, it } from "vitest";
import { grouped } from "./series";

const all = [
  { metric: "cpu_percent", interface: "" },
  { metric: "if_in_bps", interface: "ether1" },
  { metric: "if_out_bps", interface: "ether1" },
  { metric: "if_in_bps", interface: "ether2" },
  { metric: "storage_percent", interface: "flash" },
  { metric: "storage_percent", interface: "disk" },
];

describe("grouped", () => {
  it("draws both directions of a port together, and the device first", () => {
    const groups = grouped(all, { metric: "", part: "" });
    expect(groups.map((each) => each.key)).toEqual(["cpu_percent", "storage_percent", "traffic/ether1", "traffic/ether2"]);
    expect(groups[2]?.metrics).toEqual(["if_in_bps", "if_out_bps"]);
    expect(groups[1]?.parts).toEqual(["flash", "disk"]);
  });
  it("is narrowed by metric and part, whatever the case", () => {
    expect(grouped(all, { metric: "if_in_bps", part: "ETHER2" }).map((each) => each.key)).toEqual(["traffic/ether2"]);
  });
});
