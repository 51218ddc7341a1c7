/** How far the detectors are, and how good their alerts were. */
import { useQuery } from "@tanstack/react-query";
import { BrainCircuit } from "lucide-react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { Panel, ProgressBar } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { QueryState } from "@/ui/states";
import { count, duration, percent } from "@/ui/units";

const NAMES = { series: "Each series by itself", device: "A device's metrics together" } as const;
const HEADS = ["Detector", "Watched", "Warm", "Samples", "Drifts", "Alerts", "Useful", "Precision", "Made calmer"];

export function Models() {
  const can = useCan();
  const ask = useAsk();
  const status = useQuery({ ...get("/api/v1/models/status"), refetchInterval: 30_000 });
  const retrain = useCommand((reason: string) => answered(client.POST("/api/v1/models/retrain", { body: { reason } })), { done: "Learning anew; the tray shows how far it is" });

  async function again() {
    const given = await ask({ title: "Learn anew from stored telemetry?", description: "A state that errs less than the present one takes its place; others stay.", confirm: "Learn anew" });
    if (given) retrain.mutate(given.reason);
  }

  return (
    <Panel title="Detectors" flush actions={can("engineer") && <Button small icon={BrainCircuit} busy={retrain.isPending} onClick={() => void again()}>Learn anew</Button>}>
      <QueryState query={status}>
        {(told) => (
          <>
            <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Detectors">
              <table className="w-full text-sm">
                <thead className="text-xs text-muted">
                  <tr>{HEADS.map((each, index) => <th key={each} scope="col" className={`px-3 py-1.5 font-medium ${index ? "text-right" : "text-left"}`}>{each}</th>)}</tr>
                </thead>
                <tbody className="tabular-nums">
                  {told.detectors.map((each) => (
                    <tr key={each.detector} className="border-t border-line">
                      <th scope="row" className="px-3 py-2 text-left font-medium">{NAMES[each.detector]}</th>
                      <td className="px-3 text-right">{count(each.series)}</td>
                      <td className="px-3 text-right">
                        {count(each.warm)}
                        <ProgressBar label={`Share of ${NAMES[each.detector]} that is warm`} value={each.series ? each.warm / each.series : 0} />
                      </td>
                      <td className="px-3 text-right">{count(each.samples_seen)}</td>
                      <td className="px-3 text-right">{count(each.drift_events)}</td>
                      <td className="px-3 text-right">{count(each.raised)}</td>
                      <td className="px-3 text-right">{count(each.useful)} of {count(each.useful + each.not_useful)}</td>
                      <td className="px-3 text-right">{each.precision === null ? "not judged yet" : percent(each.precision * 100)}</td>
                      <td className="px-3 text-right">{count(each.lowered_series)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <p className="border-t border-line px-3 py-2 text-xs text-muted">
              {count(told.devices)} devices, {count(told.firing)} alarms standing; the oldest saved state is {duration(told.snapshot_age_s)} old. Nothing is said of a series before it is warm.
            </p>
          </>
        )}
      </QueryState>
    </Panel>
  );
}
