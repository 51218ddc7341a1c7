import { describe, expect, it } from "vitest";
import { boundsOf, changesOf, hintOf, kindOf, labelOf, parse, written } from "./setting-values";

describe("settings in a form", () => {
  it.each([[true], [5], [0.25], ["text"], [["10.0.0.0/8", "x"]], [{ icmp_rtt_ms: 3 }], [[]]])("%j comes back as it was", (value) => {
    expect(parse(written(value), kindOf(value))).toEqual({ value, error: null });
  });

  it("refuses what is no number and no JSON", () => {
    expect(parse("", "number").error).not.toBeNull();
    expect(parse("1x", "number").error).not.toBeNull();
    expect(parse("{", "json").error).not.toBeNull();
  });

  it("tells what was changed, with old and new", () => {
    const fields = { interval_s: 60, ranges: ["a"], on: true };
    expect(changesOf(fields, { interval_s: "60", ranges: "a b", on: "true" })).toEqual([{ field: "ranges", old: ["a"], new: ["a", "b"] }]);
  });

  it("names the unit beside the field", () => {
    expect([labelOf("device_timeout_s"), hintOf("device_timeout_s", "number")]).toEqual(["Device timeout", "seconds"]);
    expect([labelOf("rate_per_s"), hintOf("rate_per_s", "number")]).toEqual(["Rate", "a second"]);
  });

  it("tells what a setting may be and was at first", () => {
    expect(boundsOf({ bounds: "whole number ≥ 10", default: 300, choices: [] }, "seconds")).toBe("Seconds, whole number ≥ 10; at first 300");
    expect(boundsOf({ bounds: "`disable`, `profile`", default: "disable", choices: ["disable", "profile"] }, undefined)).toBe("At first disable");
    expect(boundsOf({ bounds: "list of text", default: [], choices: [] }, "One a line.")).toBe("One a line, list of text");
  });
});
