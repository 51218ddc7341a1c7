/** What one customer moves at this moment, read from the router while somebody looks. */
import { useEffect, useState } from "react";
import { ReconnectingSocket, socketUrl } from "@/live/socket";
import { TimeChart } from "@/ui/chart";
import { visible } from "@/ui/name";
import { Panel } from "@/ui/page";
import { rate } from "@/ui/units";
import { begun, withSample, type Traffic } from "./samples";

const SHOWN_S = 120;

interface Frame {
  kind: "traffic" | "error";
  at: string;
  rx_bps?: number;
  tx_bps?: number;
  rx_limit_bps?: number | null;
  tx_limit_bps?: number | null;
  queue?: string;
  message?: string;
}

export function LiveTraffic({ router, user }: { router: string; user: string }) {
  const [traffic, setTraffic] = useState<Traffic>(begun);
  const [trouble, setTrouble] = useState("");
  const [limits, setLimits] = useState("");

  const end = traffic.times.at(-1) ?? 0;

  useEffect(() => {
    const socket = new ReconnectingSocket({
      url: () => socketUrl(`/api/v1/router/${router}/traffic/live?user=${encodeURIComponent(user)}`),
      hello: () => ({}),
      onState: () => undefined,
      onFrame: (each) => {
        const frame = each as Frame;
        const at = new Date(frame.at).getTime() / 1000;
        setTrouble(frame.kind === "error" ? (frame.message ?? "The router does not answer.") : "");
        // the router's receive is the customer's upload
        setTraffic((before) => withSample(before, at, frame.tx_bps ?? null, frame.rx_bps ?? null));
        if (frame.tx_limit_bps || frame.rx_limit_bps) setLimits(`limited to ${rate(frame.tx_limit_bps)} down, ${rate(frame.rx_limit_bps)} up`);
      },
    });
    return () => {
      socket.stop();
      setTraffic(begun);
    };
  }, [router, user]);

  return (
    <Panel title="Traffic now" actions={<span className="text-xs text-muted">{visible(trouble || limits)}</span>}>
      <TimeChart
        label={`Traffic of ${user}, live`}
        metric="if_out_bps"
        times={traffic.times}
        series={[
          { label: "Download", values: traffic.down },
          { label: "Upload", values: traffic.up },
        ]}
        scale={[0, null]}
        span={[end - SHOWN_S, end]}
      />
    </Panel>
  );
}
