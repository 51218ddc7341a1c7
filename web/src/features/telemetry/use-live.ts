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
    const socket = new ReconnectingSocket({
      url: () => socketUrl(`/api/v1/telemetry/subscribe?${wanted}`),
      hello: () => ({}),
      onState: () => undefined,
      onFrame: (each) => {
        const frame = each as Frame;
        if (frame.kind !== "sample") return;
        const key = `${frame.metric}/${frame.interface ?? ""}`;
        const sample = { at: new Date(frame.at).getTime() / 1000, value: frame.value };
        setSamples((before) => new Map(before).set(key, [...(before.get(key) ?? []), sample].slice(-KEPT)));
      },
    });
    return () => { socket.stop(); };
  }, [wanted, on]);
  return samples;
}
