import { describe, expect, it } from "vitest";
import { filterOf, sinceMoment } from "./filter";

const NOW = Date.UTC(2026, 4, 3, 12, 30, 45);

describe("the audit's filter", () => {
  it("counts spans back from the present minute", () => {
    expect(sinceMoment("1h", NOW)).toBe("2026-05-03T11:30:00.000Z");
    expect(sinceMoment("7d", NOW)).toBe("2026-04-26T12:30:00.000Z");
  });

  it("takes no span that is none", () => {
    for (const odd of [undefined, "", "h", "-1h", "1y", "99999d"]) expect(sinceMoment(odd, NOW)).toBeUndefined();
  });

  it("leaves out what is empty and what is not the API's", () => {
    expect(filterOf({ type: "device.", actor: "", event: "12", since: "nonsense" }, NOW)).toEqual({ type: "device." });
  });
});
