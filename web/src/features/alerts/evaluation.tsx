/** "Why was I (not) told?": each step from the value to the delivery. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { get } from "@/api/query";
import { Name } from "@/ui/name";
import { Facts, Panel, ProgressBar } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { duration } from "@/ui/units";
import { conditionText, details, groupText, known, scopeText, sentence } from "./shapes";

/** Ids tell an engineer nothing; what they stand for is named above. */
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

export function Evaluation({ alert }: { alert: string }) {
  const evaluation = useQuery(get("/api/v1/alerts/{alert}/evaluation", { path: { alert } }));
  return (
    <Panel title="Why was I (not) told?">
      <QueryState query={evaluation} compact>
        {(told) => (
          <div className="flex flex-col gap-4">
            <p className="text-base">{sentence(told.explanation)}.</p>
            <div className="grid gap-4 lg:grid-cols-2">
              <Facts
                items={known([
                  ["Rule", told.rule && <Link key="rule" className="text-accent underline" to={`/alert-rules/${told.rule.id}` as never}><Name wrap>{told.rule.rule.name}</Name>, version {String(told.rule.evaluated_version ?? told.rule.version)}</Link>],
                  ["Condition", told.rule && conditionText(told.rule.rule.condition)],
                  ["Holds", told.rule && scopeText(told.rule.rule.scope)],
                  ["Phase", told.series && `${told.series.phase}${told.series.flapping ? ", flapping" : ""}`],
                  ["Lasting", told.series && told.series.needed_s > 0 && (
                    <span key="lasting" className="flex items-center gap-2">
                      <span className="w-32"><ProgressBar value={told.series.progress} label="How much of the time it must last has passed" /></span>
                      {duration(told.series.elapsed_s)} of {duration(told.series.needed_s)}
                    </span>
                  )],
                ])}
              />
              <Facts
                items={known([
                  ["On the way", told.parents.length > 0 && told.parents.map((each) => <span key={each.device_id} className="mr-2 inline-flex items-center gap-1"><Name wrap>{each.name}</Name> <StatusBadge state={each.status} /></span>)],
                  ["Inhibited", told.inhibition && (told.inhibition.why ?? told.inhibition.kind)],
                  ["Silenced", told.silence && (told.silence.why ?? told.silence.kind)],
                  ["Group", told.grouping && groupText(told.grouping)],
                ])}
              />
            </div>
            {told.deliveries.length > 0 && (
              <table className="w-full text-sm">
                <caption className="mb-1 text-left text-xs text-muted">Deliveries</caption>
                <thead className="text-xs text-muted">
                  <tr>
                    {["Channel", "What", "State", "Tries", "When", "Error"].map((each) => <th key={each} scope="col" className="py-1 pr-3 text-left font-medium">{each}</th>)}
                  </tr>
                </thead>
                <tbody>
                  {told.deliveries.map((each) => (
                    <tr key={`${each.channel_id}/${each.kind}/${String(each.occurrence)}`} className="border-t border-line">
                      <td className="py-1 pr-3"><Name fallback="deleted channel">{each.channel}</Name></td>
                      <td className="py-1 pr-3">{each.kind}</td>
                      <td className="py-1 pr-3"><StatusBadge state={each.state} /></td>
                      <td className="py-1 pr-3">{each.attempts}</td>
                      <td className="py-1 pr-3"><Time at={each.ended_at ?? each.created_at} /></td>
                      <td className="py-1"><Name wrap fallback="–">{each.error}</Name></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            <ol className="flex flex-col gap-1.5 border-l-2 border-line pl-3 text-sm">
              {told.steps.map((each, index) => (
                <li key={`${each.at}/${String(index)}`}>
                  <span className="text-muted"><Time at={each.at} /></span> <span className="font-medium">{each.kind.replaceAll("_", " ")}</span>
                  {each.by && <> by <Name wrap>{each.by}</Name></>}
                  {each.reason && <>: “<Name wrap>{each.reason}</Name>”</>}
                  <span className="block text-xs text-muted">
                    <Name wrap fallback="">{details(each.detail).filter(([name, value]) => name !== "Summary" && !UUID.test(value)).map(([name, value]) => `${name.toLowerCase()} ${value.replaceAll("\n", ", ")}`).join(" · ")}</Name>
                  </span>
                </li>
              ))}
            </ol>
          </div>
        )}
      </QueryState>
    </Panel>
  );
}
