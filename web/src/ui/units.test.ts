import { describe, expect, it } from "vitest";
import { axisSteps, duration } from "./units";

describe("axisSteps", () => {
  it("are whole minutes, hours and days where a metric is a time", () => {
    const steps = axisSteps("uptime_s") ?? [];
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.map((each) => duration(each)).filter((each) => each.includes(" ") && each.split(" ").length > 2)).toEqual([]);
    expect([...steps].sort((one, other) => one - other)).toEqual(steps);
  });

  it("are those of ten elsewhere, also of rates a second", () => {
    expect(axisSteps("if_in_errors_per_s")).toBeUndefined();
    expect(axisSteps("if_in_bps")).toBeUndefined();
    expect(axisSteps("icmp_rtt_ms")).toBeUndefined();
  });
});
