/** What the detectors see. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/query";
import { Facts, Panel } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { count } from "@/ui/units";

export function Detectors() {
  const status = useQuery({ ...get("/api/v1/models/status"), refetchInterval: 30_000 });
  return (
    <Panel title="Detectors">
      <QueryState query={status} compact>
        {({ detectors, devices, firing }) => {
          const sum = (pick: (each: (typeof detectors)[number]) => number) => detectors.reduce((total, each) => total + pick(each), 0);
          return (
            <Facts
              items={[
                ["Watched", `${count(sum(({ series }) => series))} series of ${count(devices)} devices`],
                ["Warmed up", count(sum(({ warm }) => warm))],
                ["Anomalies now", count(firing)],
                ["Samples seen", count(sum(({ samples_seen }) => samples_seen))],
              ]}
            />
          );
        }}
      </QueryState>
    </Panel>
  );
}
