/** A dry run: for each device the lines that would be sent, and what they would change. */
import type { Schemas } from "@/api/client";
import { Code } from "@/ui/code";
import { Name } from "@/ui/name";
import { Panel } from "@/ui/page";
import { Chip, StatusBadge } from "@/ui/status";

type Plan = Schemas["DevicePlan"];

function word(plan: Plan): { label: string; tone: "ok" | "warn" | "bad" } {
  if (plan.error) return { label: "cannot be told", tone: "bad" };
  return plan.changed ? { label: "would change", tone: "warn" } : { label: "has it already", tone: "ok" };
}

export function DevicePlans({ plan }: { plan: Schemas["ApplicationPlan"] }) {
  const counts = { change: plan.devices.filter((each) => each.changed).length, error: plan.devices.filter((each) => each.error).length };
  return (
    <section className="flex flex-col gap-3" aria-label="Dry run">
      <p role="status" className="text-sm">
        Dry run of version {plan.version}: {counts.change} of {plan.devices.length} would change{counts.error > 0 && `, ${String(counts.error)} could not be read`}. Nothing was sent.
      </p>
      {plan.devices.map((each) => {
        const { label, tone } = word(each);
        return (
          <Panel
            key={each.device_id}
            title={<Name>{each.name}</Name>}
            actions={<><Chip>{each.platform || "unknown platform"}</Chip><StatusBadge state="" label={label} tone={tone} /></>}
          >
            {each.error ? (
              <p className="text-sm break-words text-bad"><Name wrap>{each.error.message}</Name></p>
            ) : (
              <div className="grid gap-3 lg:grid-cols-2">
                <div className="min-w-0">
                  <h3 className="mb-1 text-xs font-medium text-muted">{each.method === "load" ? "Loaded as a whole" : `${String(each.lines?.length ?? 0)} ${each.lines?.length === 1 ? "line" : "lines"} would be sent`}</h3>
                  <Code label={`Lines for ${each.name}`} value={(each.lines ?? []).join("\n")} className="h-48" />
                </div>
                <div className="min-w-0">
                  <h3 className="mb-1 text-xs font-medium text-muted">What they change</h3>
                  <Difference text={each.unified ?? ""} />
                </div>
                {(each.limits ?? []).length > 0 && (
                  <ul className="list-disc pl-5 text-sm text-warn lg:col-span-2">{each.limits?.map((line) => <li key={line}><Name wrap>{line}</Name></li>)}</ul>
                )}
              </div>
            )}
          </Panel>
        );
      })}
    </section>
  );
}

const TONES: Record<string, string> = { "+": "bg-ok-soft", "-": "bg-bad-soft", "@": "text-muted" };

function Difference({ text }: { text: string }) {
  if (!text.trim()) return <p className="rounded-md bg-sunken p-3 text-sm text-muted">Nothing: every line is there.</p>;
  return (
    <pre tabIndex={0} role="region" aria-label="Difference" className="h-48 overflow-auto rounded-md border border-line bg-surface p-2 font-mono text-[0.8125rem]">
      {text.split("\n").map((line, index) => <span key={index} className={`block ${TONES[line.charAt(0)] ?? ""}`}>{line || " "}</span>)}
    </pre>
  );
}
