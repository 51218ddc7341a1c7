import { describe, expect, it } from "vitest";
import { differences, lastChange, shown } from "./shapes";

describe("lastChange", () => {
  it("is null before the first change", () => {
    expect(lastChange(null)).toBeNull();
  });
  it("reads what is there and bears what is not", () => {
    const change = lastChange({ type: "customer.isolated.v1", evidence: [{ name: "secret", state: "sent", at: "2026-01-01T00:00:00Z" }, 7], notes: [3] });
    expect(change?.evidence.map((each) => each.name)).toEqual(["secret", ""]);
    expect(change?.notes).toEqual(["3"]);
    expect(change?.actor.name).toBe("");
  });
});

describe("differences", () => {
  it("tells both sides", () => {
    expect(differences({ differences: [{ field: "profile", expected: "home", found: "gold" }] })).toEqual([{ field: "profile", expected: "home", found: "gold" }]);
    expect(differences(null)).toEqual([]);
  });
});

describe("shown", () => {
  it("says what is empty", () => {
    expect([shown(""), shown(true), shown("x"), shown({ a: 1 })]).toEqual(["nothing", "yes", "x", '{"a":1}']);
  });
});
