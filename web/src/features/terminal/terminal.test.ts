// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest";
import { length, parsed, shortened, shownUntil } from "./cast";
import { parts, TerminalSession, words, type Told } from "./session";

const CAST = '{"version": 2, "width": 100, "height": 30, "timestamp": 1700000000, "title": "ada@core"}\n[0.1, "o", "core# "]\n[9.5, "o", "show"]\n[9.6, "r", "80x24"]\n[9.7, "o", " run"]\n[10.';

describe("a recording", () => {
  it("is read but for a line that was cut off", () => {
    const cast = parsed(CAST);
    expect(cast).toMatchObject({ width: 100, height: 30, title: "ada@core" });
    expect(cast.events).toHaveLength(4);
  });
  it("of another kind is refused", () => {
    expect(() => parsed("hello")).toThrow("no recording");
    expect(() => parsed('{"version": 1}')).toThrow("no recording");
  });
  it("has its pauses cut", () => {
    const events = shortened(parsed(CAST).events, 2);
    expect(events[1]?.at).toBeCloseTo(2.1);
    expect(length(events)).toBeCloseTo(2.3);
    expect(length([])).toBe(0);
  });
  it("is shown until a moment, and goes on from there", () => {
    const { events } = parsed(CAST);
    expect(shownUntil(events, 0, 1)).toEqual({ text: "core# ", next: 1 });
    expect(shownUntil(events, 1, 60)).toEqual({ text: "show run", next: 4 });
  });
});

describe("what is typed", () => {
  it("goes in parts that break no character", () => {
    expect(parts("abc", 2)).toEqual(["ab", "c"]);
    expect(parts("a😀b", 2)).toEqual(["a", "😀", "b"]);
    expect(parts("")).toEqual([]);
  });
});

class Peer {
  readyState = 1;
  binaryType = "";
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { reason: string }) => void) | null = null;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close = vi.fn();
}

function connected() {
  const peer = new Peer();
  const told: Told[] = [];
  const bytes: number[] = [];
  const session = new TerminalSession({
    device: "d",
    reason: "why",
    size: { cols: 90, rows: 30 },
    onBytes: (each) => bytes.push(...each),
    onTold: (each) => told.push(each),
    open: () => peer as unknown as WebSocket,
  });
  session.connect();
  peer.onopen?.();
  return { peer, told, bytes, session };
}

describe("a session", () => {
  it("says why and how large first, then what is typed", () => {
    const { peer, session } = connected();
    session.type("ls\r");
    session.resize(100, 40);
    session.resize(0, 0);
    expect(peer.sent).toEqual([{ reason: "why", columns: 90, rows: 30 }, { kind: "input", data: "ls\r" }, { kind: "resize", columns: 100, rows: 40 }]);
  });
  it("hands bytes on", () => {
    const { peer, bytes } = connected();
    peer.onmessage?.({ data: new Uint8Array([104, 105]).buffer });
    expect(bytes).toEqual([104, 105]);
  });
  it("ends once, with the first word about it", () => {
    const { peer, told } = connected();
    peer.onmessage?.({ data: JSON.stringify({ kind: "ended", session_id: "s", cause: "idle", message: "" }) });
    peer.onclose?.({ reason: "" });
    expect(told.map(({ kind }) => kind)).toEqual(["ended"]);
  });
  it("that breaks says so", () => {
    const { peer, told } = connected();
    peer.onclose?.({ reason: "gone" });
    expect(told).toEqual([{ kind: "ended", session_id: "", cause: "connection_lost", message: "gone" }]);
    expect(words(told[0] as never)).toBe("The connection was lost. gone");
  });
  it("that is left says nothing more", () => {
    const { peer, told, session } = connected();
    session.stop();
    peer.onclose?.({ reason: "" });
    expect(told).toEqual([]);
    expect(peer.close).toHaveBeenCalledWith(1000);
  });
});
