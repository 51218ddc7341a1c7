/** Samples of a device as they come, over one connection for all charts of the page. */
import { useEffect, useState } from "react";
import { ReconnectingSocket, socketUrl } from "@/live/socket";
import type { LiveSample } from "./merged";
import type { ChartGroup } from "./series";

interface Frame {
  kind: string;
  metric: string;
  interface?: string;
  at: string;
  value: number | null;
}

const KEPT = 500;
/** What came is drawn together, this often at most, and not while the tab is hidden. */
const PAINT_MS = 1_000;

export type LiveSamples = ReadonlyMap<string, readonly LiveSample[]>;

/** By `metric/interface`. */
export function useLive(device: string, groups: readonly ChartGroup[], on: boolean): LiveSamples {
  const [samples, setSamples] = useState<LiveSamples>(new Map());
  const wanted = new URLSearchParams([
    ["device_id", device],
    ...[...new Set(groups.flatMap((each) => each.metrics))].map((metric) => ["metric", metric]),
    ...[...new Set(groups.flatMap((each) => each.parts))].map((part) => ["interface", part]),
  ]).toString();

  useEffect(() => {
    if (!on) return;
    const waiting = new Map<string, LiveSample[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const paint = () => {
      timer = undefined;
      if (waiting.size === 0 || document.hidden) return;
      const came = new Map(waiting);
      waiting.clear();
      setSamples((before) => {
        const after = new Map(before);
        came.forEach((each, key) => after.set(key, [...(before.get(key) ?? []), ...each].slice(-KEPT)));
        return after;
      });
    };
    const soon = () => { timer ??= setTimeout(paint, PAINT_MS); };
    document.addEventListener("visibilitychange", soon);
    const socket = new ReconnectingSocket({
      url: () => socketUrl(`/api/v1/telemetry/subscribe?${wanted}`),
      hello: () => ({}),
      onState: () => undefined,
      onFrame: (each) => {
        const frame = each as Frame;
        if (frame.kind !== "sample") return;
        const key = `${frame.metric}/${frame.interface ?? ""}`;
        const sample = { at: new Date(frame.at).getTime() / 1000, value: frame.value };
        waiting.set(key, [...(waiting.get(key) ?? []), sample].slice(-KEPT));
        if (!document.hidden) soon();
      },
    });
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", soon);
      socket.stop();
    };
  }, [wanted, on]);
  return samples;
}
