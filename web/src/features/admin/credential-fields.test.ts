import { describe, expect, it } from "vitest";
import { bodyOf, EMPTY, fieldsOf, KINDS } from "./credential-fields";

describe("a credential's body", () => {
  it("has what its kind has, and no secret of another kind", () => {
    const body = bodyOf({ ...EMPTY, kind: "snmp_v2c", community: "c", password: "of another kind" }, false);
    expect(body).toEqual({ reason: "", community: "c" });
  });

  it("leaves secrets alone that a change leaves empty", () => {
    const body = bodyOf({ ...EMPTY, name: "n", kind: "ssh", username: "u", port: "2222" }, true);
    expect(body).toEqual({ reason: "", name: "n", username: "u", port: 2222 });
  });

  it("can take a protocol off", () => {
    expect(bodyOf({ ...EMPTY, kind: "snmp_v3", username: "u" }, true)).toMatchObject({ auth_protocol: null, priv_protocol: null });
  });

  it.each(KINDS)("of $label has a field at least", ({ value }) => {
    expect(fieldsOf(value).length).toBeGreaterThan(0);
  });
});
