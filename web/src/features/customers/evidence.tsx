/** The steps of a change as the router was seen to take them: what was intended, sent, read back, and observed. */
import { CircleCheckBig, CircleDashed, Eye, Send } from "lucide-react";
import { cn } from "@/ui/cn";
import { Name } from "@/ui/name";
import { formatTime } from "@/ui/time";
import type { EvidenceStep } from "./shapes";

const FACTS = [
  { state: "intended", icon: CircleDashed, said: "what was to be done" },
  { state: "sent", icon: Send, said: "the command left for the router" },
  { state: "confirmed", icon: CircleCheckBig, said: "read back from the router" },
  { state: "observed", icon: Eye, said: "its effect was seen" },
] as const;

const NAMES: Record<string, string> = {
  isolation: "Isolation",
  release: "Release",
  secret: "Secret",
  "session.drop": "Session",
  traffic: "Traffic",
  "address-list": "Address list",
};

/** To the millisecond: one step follows the other within a few of them. */
function precise(at: string): string {
  return `${formatTime(at, "clock")}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;
}

export function Evidence({ steps }: { steps: readonly EvidenceStep[] }) {
  const names = [...new Set(steps.map((each) => each.name))];
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Evidence of each step">
      <table className="w-full min-w-[36rem] text-sm">
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className="py-1.5 pr-3 text-left font-medium">Step</th>
            {FACTS.map(({ state, icon: Icon, said }) => (
              <th key={state} scope="col" title={said} className="py-1.5 pr-3 text-left font-medium">
                <Icon aria-hidden className="mr-1 inline size-3.5" />
                {state}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name} className="border-t border-line align-top">
              <th scope="row" className="py-1.5 pr-3 text-left font-medium"><Name>{NAMES[name] ?? name}</Name></th>
              {FACTS.map(({ state }) => (
                <td key={state} className="py-1.5 pr-3">
                  {steps
                    .filter((each) => each.name === name && each.state === state)
                    .map((each) => (
                      <div key={each.at + each.detail}>
                        <span className={cn("tabular-nums", state === "observed" && "text-ok")}>{precise(each.at)}</span>
                        {each.detail && <div className="text-xs text-muted"><Name wrap>{each.detail}</Name></div>}
                      </div>
                    ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
