import { describe, expect, it } from "vitest";
import { conditionText, details, scopeText } from "./shapes";

describe("conditionText", () => {
  it("says a threshold with its unit, time and end", () => {
    expect(conditionText({ kind: "threshold", metric: "cpu_percent", op: ">", value: 90, clear: 75, for_s: 600 })).toBe("Processor > 90.0 % for 10 min, over at 75.0 %");
  });
  it("says a range", () => {
    expect(conditionText({ kind: "threshold", metric: "temperature_celsius", op: "outside", value: 5, upper: 60 })).toBe("Temperature outside 5.0 °C to 60.0 °C");
  });
  it("says words of a message", () => {
    expect(conditionText({ kind: "log", source: "syslog", contains: ["link", "down"] })).toBe("syslog with “link”, “down”");
  });
});

describe("scopeText", () => {
  it("is everywhere without a limit", () => {
    expect(scopeText({})).toBe("everywhere");
    expect(scopeText(undefined)).toBe("everywhere");
  });
});

describe("details", () => {
  it("leaves out what says nothing", () => {
    expect(details({ value: 3, empty: "", none: null, parts: { a: 1 } })).toEqual([["Value", "3"], ["Parts", "a=1"]]);
    expect(details("x")).toEqual([]);
  });
  it("says a list of findings line by line", () => {
    expect(details({ findings: [{ title: "FTP is off", severity: "high", rule_id: "no-ftp" }, { title: "Telnet is off" }] })).toEqual([["Findings", "high: FTP is off\nTelnet is off"]]);
  });
});
