import { describe, expect, it } from "vitest";
import { defaultOf, defaultText, drafted, fieldErrors, given, retyped, undeclared, type Variable } from "./variables";

const variables: Variable[] = [
  { name: "host", type: "string", default: "core" },
  { name: "mtu", type: "int", default: 1500 },
  { name: "on", type: "bool", default: true },
  { name: "servers", type: "list", items: "ip", default: ["192.0.2.1", "192.0.2.2"] },
  { name: "key", type: "secret" },
];

describe("the form of a template's values", () => {
  it("begins with the defaults", () => {
    expect(drafted(variables)).toEqual({ host: "core", mtu: "1500", on: true, servers: "192.0.2.1\n192.0.2.2", key: "" });
  });
  it("gives values of their types", () => {
    expect(given(variables, { host: "edge", mtu: " 9000 ", on: false, servers: " 10.0.0.1 \n\n10.0.0.2", key: "s3" })).toEqual({
      host: "edge",
      mtu: 9000,
      on: false,
      servers: ["10.0.0.1", "10.0.0.2"],
      key: "s3",
    });
  });
  it("leaves out what is empty, so that defaults hold", () => {
    expect(given(variables, { host: "", mtu: "", on: true, servers: "", key: "" })).toEqual({ on: true });
  });
  it("gives a list without default as empty, and numbers in lists as numbers", () => {
    const ports: Variable = { name: "ports", type: "list", items: "int" };
    expect(given([ports], { ports: "" })).toEqual({ ports: [] });
    expect(given([ports], { ports: "22\n80\nx" })).toEqual({ ports: [22, 80, "x"] });
  });
  it("sends what is no number as it stands", () => {
    expect(given([{ name: "mtu", type: "int" }], { mtu: "many" })).toEqual({ mtu: "many" });
  });
});

describe("declarations", () => {
  it("hold defaults in the variable's type", () => {
    expect(defaultOf({ name: "a", type: "int" }, "5")).toBe(5);
    expect(defaultOf({ name: "a", type: "bool" }, "false")).toBe(false);
    expect(defaultOf({ name: "a", type: "list", items: "string" }, "x\ny")).toEqual(["x", "y"]);
    expect(defaultOf({ name: "a", type: "secret" }, "never")).toBeNull();
    expect(defaultOf({ name: "a", type: "string" }, "")).toBeNull();
  });
  it("show defaults as they are written", () => {
    expect(variables.map(defaultText)).toEqual(["core", "1500", "true", "192.0.2.1\n192.0.2.2", ""]);
  });
  it("lose what another type does not have", () => {
    const before: Variable = { name: "a", type: "int", default: 1, minimum: 0, maximum: 9, label: "A", required: false };
    expect(retyped(before, "secret")).toEqual({ name: "a", type: "secret", label: "A", help: "", required: false });
    expect(retyped(before, "choice").choices).toHaveLength(2);
  });
  it("miss names that the text uses", () => {
    const body = "hostname {{ host }}\n{% for s in servers %}ntp {{ s }} {{ device.name }} {{ loop.index }}{% endfor %}\n{% set x = 1 %}{{ x }} {{ missing | upper }}";
    expect(undeclared(body, variables)).toEqual(["missing"]);
  });
});

describe("refusals", () => {
  it("name every field", () => {
    const details = { field: "variables.a", errors: [{ field: "variables.a", message: "one" }, { field: "variables.b", message: "two" }] };
    expect([...fieldErrors(details, "one")]).toEqual([["variables.a", "one"], ["variables.b", "two"]]);
    expect([...fieldErrors({ field: "body" }, "line 3")]).toEqual([["body", "line 3"]]);
    expect(fieldErrors({}, "x").size).toBe(0);
  });
});
