import { describe, expect, it } from "vitest";
import { merged } from "./merged";

describe("merged", () => {
  it("keeps series on one axis and appends what is newer alone", () => {
    const [axis, series] = merged([], [], [10, 20], { label: "in", values: [1, 2] }, [{ at: 20, value: 9 }, { at: 30, value: 3 }]);
    expect(axis).toEqual([10, 20, 30]);
    expect(series[0]?.values).toEqual([1, 2, 3]);
    const [both, lines] = merged(axis, series, [10, 25], { label: "out", values: [5, null] }, []);
    expect(both).toEqual([10, 20, 25, 30]);
    expect(lines.map((each) => each.values)).toEqual([[1, 2, null, 3], [5, null, null, null]]);
  });
});
