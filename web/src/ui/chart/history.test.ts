import { describe, expect, it } from "vitest";
import { aligned } from "./history";

const point = (at: string, value: number | null) => ({ at, value, min: value, max: value, last: value, count: 1 });
const item = (name: string, points: ReturnType<typeof point>[]) => ({ interface: name, points, min: null, max: null, mean: null, p95: null, p95_of_s: 300, total_bytes: null, covered_percent: 0 });
const history = {
  device_id: "d",
  metric: "if_in_bps",
  unit: "bit/s",
  from: "",
  to: "",
  step_s: 60,
  resolution_s: 60,
  items: [
    item("a", [point("1970-01-01T00:01:00Z", 1), point("1970-01-01T00:02:00Z", null)]),
    item("b", [point("1970-01-01T00:02:00Z", 5), point("1970-01-01T00:03:00Z", 6)]),
  ],
};

describe("aligned", () => {
  it("puts interfaces on one axis, with gaps where one has nothing", () => {
    const { times, series } = aligned(history);
    expect(times).toEqual([60, 120, 180]);
    expect(series.map((each) => each.values)).toEqual([[1, null, null], [null, 5, 6]]);
    expect(series.map((each) => each.label)).toEqual(["a", "b"]);
  });
  it("draws a band of steps, and none of single samples", () => {
    expect(aligned(history, { band: true }).series[0]?.band?.upper).toEqual([1, null, null]);
    expect(aligned({ ...history, step_s: 0 }, { band: true }).series[0]?.band).toBeUndefined();
  });
});
