import { describe, expect, it } from "vitest";
import { verdicts } from "./verdicts";

describe("verdicts", () => {
  it("counts and lists", () => {
    const told = verdicts({ fired: 3, new: 1, missed: [{}, {}], spared: 1, delay_s: -60, alerts: [{ title: "cpu", score: 0.9, at: "2026-01-01T00:00:00Z" }] });
    expect([told.fired, told.new, told.missed, told.spared, told.delay_s]).toEqual([3, 1, 2, 1, -60]);
    expect(told.alerts[0]?.title).toBe("cpu");
  });
  it("bears a result of another version", () => {
    expect(verdicts(null)).toEqual({ fired: 0, new: 0, missed: 0, spared: 0, delay_s: null, alerts: [] });
  });
});
