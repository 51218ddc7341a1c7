import { describe, expect, it } from "vitest";
import { charted, measured } from "./history";

const at = (minute: number) => `2026-05-01T00:0${String(minute)}:00Z`;

describe("lines of a chart", () => {
  it("share one axis, with gaps where one has no value", () => {
    const { times, series } = charted([
      { label: "in", points: [{ at: at(0), value: 1 }, { at: at(2), value: 3 }] },
      { label: "out", points: [{ at: at(1), value: 5 }, { at: at(2), value: null }] },
    ]);
    expect(times.map((each) => each % 3600)).toEqual([0, 60, 120]);
    expect(series.map(({ values }) => values)).toEqual([[1, null, 3], [null, 5, null]]);
  });

  it("tell whether anything was measured", () => {
    expect(measured(charted([{ label: "x", points: [{ at: at(0), value: null }] }]).series)).toBe(false);
    expect(measured(charted([{ label: "x", points: [{ at: at(0), value: 0 }] }]).series)).toBe(true);
  });
});
