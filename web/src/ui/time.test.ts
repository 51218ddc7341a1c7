import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { formatTime, isoTime, parseMoment, utc } from "./time";

const zone = process.env.TZ;
beforeAll(() => { process.env.TZ = "Europe/Berlin"; });
afterEach(() => { process.env.TZ = zone ?? "Europe/Berlin"; });

describe("moments", () => {
  const at = Date.UTC(2026, 10, 2, 11, 5, 9);
  it("are written as ISO 8601 does, whatever the browser's language", () => {
    expect(formatTime(at)).toBe(isoTime(at));
    expect(isoTime(at)).toMatch(/^2026-11-0\d \d\d:05:09$/);
    expect(utc(at)).toBe("2026-11-02 11:05:09 UTC");
  });
  it("are read as they are written", () => {
    expect(parseMoment(isoTime(at))).toBe(at);
    expect(parseMoment("2026-11-02T11:05:09Z")).toBe(at);
    expect(parseMoment(" 2026-11-02 11:05:09 UTC")).toBe(at);
    expect(parseMoment("2026-11-02 11:05Z")).toBe(at - 9_000);
    expect(parseMoment("2026-11-02")).toBe(new Date(2026, 10, 2).getTime());
  });
  it("are none where nothing is meant by it", () => {
    for (const text of ["", "now", "11/02/2026", "2026-13-01", "2026-02-30", "2026-11-02 25:00", "2026-11-02 11"]) expect(parseMoment(text)).toBeNull();
  });
});
