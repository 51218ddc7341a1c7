import { describe, expect, it } from "vitest";
import { filled } from "./slots";

describe("filled", () => {
  it("has each row of the window once, whatever comes first", () => {
    for (const [from, end, slots] of [[0, 9, 10], [0, 3, 10], [7, 12, 10], [123, 131, 9]] as const)
      for (let first = 0; first < slots; first++)
        expect(filled(from, end, slots, first).map(({ index }) => index).sort((a, b) => a - b)).toEqual(Array.from({ length: end - from + 1 }, (_, n) => from + n));
  });

  it("keeps a row in its slot when the window moves", () => {
    const before = new Map(filled(20, 29, 10, 0).map(({ slot, index }) => [index, slot]));
    for (const { slot, index } of filled(23, 32, 10, 0)) if (before.has(index)) expect(slot).toBe(before.get(index));
  });

  it("leaves the elements where they are in the document while the window moves", () => {
    const order = (from: number) => filled(from, from + 9, 10, 4).map(({ slot }) => slot);
    expect(order(23)).toEqual(order(41));
  });

  it("is in the order of the rows where the first row's slot comes first", () => {
    expect(filled(23, 32, 10, 23 % 10).map(({ index }) => index)).toEqual([23, 24, 25, 26, 27, 28, 29, 30, 31, 32]);
  });
});
