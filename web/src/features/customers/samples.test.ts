import { describe, expect, it } from "vitest";
import { begun, withSample } from "./samples";

describe("withSample", () => {
  it("draws a silence as a gap", () => {
    const traffic = withSample(withSample(begun, 100, 5, 1), 110, 6, 2);
    expect(traffic).toEqual({ times: [100, 101, 110], down: [5, null, 6], up: [1, null, 2] });
  });
  it("leaves out what comes twice or late", () => {
    const traffic = withSample(begun, 100, 5, 1);
    expect(withSample(traffic, 100, 7, 7)).toBe(traffic);
    expect(withSample(traffic, 99, 7, 7)).toBe(traffic);
  });
  it("keeps the last minutes alone", () => {
    let traffic = begun;
    for (let at = 0; at < 1000; at += 1) traffic = withSample(traffic, at, at, at);
    expect(traffic.times).toHaveLength(300);
    expect(traffic.times[0]).toBe(700);
    expect(traffic.down).toHaveLength(300);
  });
});
