import { describe, expect, it } from "vitest";
import { deviceStates, share, tally } from "./application";

const params = { devices: [{ device_id: "a", operation_id: "1", wave: 1, sealed_id: "s" }, { device_id: "b", operation_id: "2", wave: 2, sealed_id: "t" }] } as never;

describe("an application of a template", () => {
  it("is told from the devices' own operations while it runs", () => {
    const states = deviceStates({ params, result: null }, [{ id: "1", state: "succeeded" }]);
    expect(states).toEqual([
      { device_id: "a", operation_id: "1", wave: 1, state: "succeeded" },
      { device_id: "b", operation_id: "2", wave: 2, state: "requested" },
    ]);
    expect(share(states)).toBe(0.5);
    expect(tally(states)).toBe("1 succeeded, 1 requested");
  });
  it("is told from its result once it has one", () => {
    const devices = [{ device_id: "b", operation_id: "2", wave: 2, state: "failed" }, { device_id: "a", operation_id: "1", wave: 1, state: "succeeded" }];
    const states = deviceStates({ params, result: { devices } as never }, []);
    expect(states.map(({ device_id }) => device_id)).toEqual(["a", "b"]);
    expect(share(states)).toBe(1);
  });
  it("of nothing is no share at all", () => {
    expect(share([])).toBe(0);
  });
});
