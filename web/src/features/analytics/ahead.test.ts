import { describe, expect, it } from "vitest";
import { ahead } from "./ahead";

describe("ahead", () => {
  const past = { times: [10, 20], series: [{ label: "x", values: [1, 2] }] };
  it("continues what was measured, and never draws over it", () => {
    const points = [
      { at: "1970-01-01T00:00:20Z", mean: 9, lower: 8, upper: 10 },
      { at: "1970-01-01T00:00:30Z", mean: 3, lower: 2, upper: 4 },
    ];
    const { times, series } = ahead(past, points, 5);
    expect(times).toEqual([10, 20, 30]);
    expect(series.map((each) => each.values)).toEqual([[1, 2, null], [null, null, 3], [5, 5, 5]]);
    expect(series[1]?.band?.upper).toEqual([null, null, 4]);
  });
  it("leaves the threshold out where there is none", () => {
    expect(ahead(past, [], null).series).toHaveLength(2);
  });
});
