import { describe, expect, it } from "vitest";
import { compareRows, differingFields, same, type Device } from "./differences";

const device = (more: Partial<Device>) => ({ name: "a", addresses: ["1", "2"], labels: [], ...more }) as Device;

describe("differences of a device", () => {
  it("are the fields whose values were others", () => {
    expect([...differingFields(device({ name: "old", vendor: "x" }), device({ name: "new", vendor: "x" }))]).toEqual(["name"]);
  });

  it("are none where only the order is another, or nothing is written in another way", () => {
    expect(same(["1", "2"], ["2", "1"])).toBe(true);
    expect(same(null, "")).toBe(true);
    expect(same(undefined, null)).toBe(true);
    expect(same("0", "")).toBe(false);
  });
});

describe("rows then and now", () => {
  const row = (id: string, value = 1) => ({ id, value });
  const compare = (then: ReturnType<typeof row>[], now: ReturnType<typeof row>[]) =>
    compareRows(then, now, (each) => each.id, (one, other) => one.value !== other.value).map(({ row: { id }, state }) => `${id} ${state}`);

  it("tell what is gone, changed and new", () => {
    expect(compare([row("a"), row("b"), row("c")], [row("a"), row("b", 2), row("d")])).toEqual(["a same", "b changed", "c gone", "d since"]);
  });

  it("are all new where nothing was known", () => {
    expect(compare([], [row("a")])).toEqual(["a since"]);
  });
});
