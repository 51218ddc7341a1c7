import { describe, expect, it } from "vitest";
import { content, freshId, parsed, ruleText, since, trimmed, words, type PolicyRow, type Rule } from "./shapes";

const rule: Rule = { id: "ntp", title: "Time is kept", check: "must_contain", value: "ntp server", section: "", no_section: "fail", only_if: "", platforms: [], labels: [], severity: null, remediation: "" };

describe("rules", () => {
  it("are sentences", () => {
    expect(ruleText(rule)).toBe("A line must contain ntp server");
    expect(ruleText({ ...rule, section: "^line vty", check: "must_not_match", value: "telnet", only_if: "^ip ssh" })).toBe(
      "In each section that matches ^line vty, no line may match telnet, where a line matches ^ip ssh",
    );
  });
  it("are shown without what is so by default", () => {
    expect(trimmed(rule)).toEqual({ id: "ntp", title: "Time is kept", check: "must_contain", value: "ntp server" });
    expect(trimmed({ ...rule, no_section: "pass", severity: "low" })).toMatchObject({ no_section: "pass", severity: "low" });
  });
  it("get an id that is free", () => {
    expect(freshId([])).toBe("rule-1");
    expect(freshId([{ ...rule, id: "rule-2" }])).toBe("rule-3");
  });
});

describe("a policy as text", () => {
  it("comes back as it went", () => {
    const row = { id: "1", state: "active", name: "Base", description: "", severity: "high", platforms: ["ios"], labels: [], enabled: false, rules: [rule] } as unknown as PolicyRow;
    expect(parsed(JSON.stringify(content(row)))).toEqual({ name: "Base", description: "", severity: "high", platforms: ["ios"], labels: [], enabled: false, rules: [trimmed(rule)] });
  });
  it("is refused with what is wrong", () => {
    expect(() => parsed("{")).toThrow("no JSON");
    expect(() => parsed("[]")).toThrow("an object");
    expect(() => parsed('{"name": "x"}')).toThrow("list of rules");
  });
});

it("words are taken once", () => {
  expect(words(" core, edge core ")).toEqual(["core", "edge"]);
});

it("a trend is told by its ends", () => {
  expect(since([{ at: "a", total: 4 }, { at: "b", total: 9 }, { at: "c", total: 3 }])).toBe(-1);
  expect(since([])).toBe(0);
});
