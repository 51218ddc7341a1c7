import { describe, expect, it } from "vitest";
import { parseTarget, parseTargets, totalSize } from "./targets";

describe("targets", () => {
  it.each([
    ["10.0.0.0/24", 254],
    ["10.0.0.0/31", 2],
    ["10.0.0.7/32", 1],
    ["0.0.0.0/0", 2 ** 32 - 2],
    ["10.0.1.5-10.0.1.9", 5],
    ["10.0.1.5-9", 5],
    ["192.0.2.1", 1],
  ])("%s is %i addresses", (text, size) => {
    expect(parseTarget(text)).toEqual({ text, size, error: null });
  });

  it.each(["core1.example.net", "localhost", "2001:db8::1", "2001:db8::/120"])("%s is counted by the server", (text) => {
    expect(parseTarget(text)).toEqual({ text, size: null, error: null });
  });

  it.each(["10.0.0.0/33", "10.0.0.256", "10.0.0.9-10.0.0.5", "10.0.0.0/24/1", "a b".replace(" ", "!"), "1.2.3", "<script>", "-x"])("%s is refused", (text) => {
    expect(parseTarget(text).error).not.toBeNull();
  });

  it("are separated by anything that separates", () => {
    const targets = parseTargets(" 10.0.0.0/30, 10.1.0.1\n10.2.0.1;host ");
    expect(targets.map(({ text }) => text)).toEqual(["10.0.0.0/30", "10.1.0.1", "10.2.0.1", "host"]);
    expect(totalSize(targets)).toBe(5);
  });
});
