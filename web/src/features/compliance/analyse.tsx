/** Checks a configuration that is pasted, or devices now, against the policies. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ClipboardCheck } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { messageOf } from "@/api/errors";
import { get } from "@/api/query";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { DevicesPicker } from "@/ui/devices-picker";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Panel } from "@/ui/page";
import { PlainTable } from "@/ui/plain-table";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { words } from "./shapes";

type Source = "posted" | "stored" | "running";
type Request = Schemas["AnalysisRequest"];
const SOURCES = [
  { value: "posted", label: "A configuration that you paste" },
  { value: "stored", label: "Devices, as they are stored" },
  { value: "running", label: "Devices, as they run now (read over SSH)" },
];

export function Analyse() {
  const [{ of = "posted", policy_id = "" }, set] = useUrlState();
  const source = of as Source;
  const [text, setText] = useState("");
  const [platform, setPlatform] = useState("");
  const [labels, setLabels] = useState("");
  const [devices, setDevices] = useState<readonly string[]>([]);
  const [record, setRecord] = useState(true);
  const policies = useQuery(get("/api/v1/config/policies", { query: { limit: 500 } }));
  const analysis = useMutation({ mutationFn: (body: Request) => answered(client.POST("/api/v1/analyze/compliance", { body })) });

  function run() {
    const about: Request = source === "posted" ? { config: text, platform, labels: words(labels) } : { device_ids: [...devices], source, record };
    analysis.mutate({ ...about, policy_ids: policy_id ? [policy_id] : null });
  }
  return (
    <div className="flex flex-col gap-4">
      <Panel title="What to check">
        <div className="flex flex-col gap-3">
          <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
            <SelectField label="Configuration" options={SOURCES} value={source} onChange={({ target }) => { analysis.reset(); set({ of: target.value === "posted" ? undefined : target.value }); }} />
            <SelectField
              label="Policies"
              options={[{ value: "", label: "All that are enabled" }, ...(policies.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
              value={policy_id}
              onChange={({ target }) => { set({ policy_id: target.value || undefined }); }}
            />
            {source === "posted" && (
              <>
                <TextField label="Platform" placeholder="by what it looks like" value={platform} onChange={({ target }) => { setPlatform(target.value); }} />
                <TextField label="Labels" placeholder="none" hint="As if the device had them." value={labels} onChange={({ target }) => { setLabels(target.value); }} />
              </>
            )}
          </div>
          {source === "posted" ? (
            <Code label="Configuration to check" value={text} onChange={setText} className="h-72" />
          ) : (
            <>
              <DevicesPicker chosen={devices} onChange={setDevices} />
              <CheckField label="Keep the result in the findings" checked={record} onChange={({ target }) => { setRecord(target.checked); }} />
            </>
          )}
          <div>
            <Button tone="primary" icon={ClipboardCheck} busy={analysis.isPending} disabled={source === "posted" ? !text.trim() : devices.length === 0} onClick={run}>Check</Button>
          </div>
        </div>
      </Panel>
      {analysis.isError && <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm break-words text-bad">{messageOf(analysis.error)}</p>}
      {analysis.data && <Result result={analysis.data} />}
    </div>
  );
}

function Result({ result }: { result: Schemas["ComplianceAnalysis"] }) {
  const names = new Map(result.devices.map((each) => [each.device_id, each.device_name]));
  const several = result.devices.some(({ device_id }) => device_id);
  return (
    <section aria-label="Result" className="flex flex-col gap-4">
      <p role="status" className="flex flex-wrap items-center gap-2">
        <StatusBadge state="" tone={result.compliant ? "ok" : "bad"} label={result.compliant ? "compliant" : "not compliant"} />
        {result.findings.length} findings of {result.devices.reduce((sum, each) => sum + (each.rules ?? 0), 0)} rules that apply.
      </p>
      {several && (
        <PlainTable
          label="Devices"
          rows={result.devices}
          rowKey={(each) => each.device_id ?? ""}
          columns={[
            { header: "Device", cell: (each) => <Link className="text-accent underline" to={`/devices/${each.device_id ?? ""}` as never}><Name>{each.device_name}</Name></Link> },
            { header: "Result", cell: (each) => (each.error ? <StatusBadge state="" tone="warn" label="could not be read" /> : <StatusBadge state="" tone={each.compliant ? "ok" : "bad"} label={each.compliant ? "compliant" : "not compliant"} />) },
            { header: "Findings", align: "right", cell: (each) => each.findings ?? 0 },
            { header: "Rules", align: "right", cell: (each) => each.rules ?? 0, wide: true },
            { header: "As of", cell: (each) => (each.at ? <Time at={each.at} relative /> : each.error ? <Name wrap>{each.error.message}</Name> : "now") },
          ]}
        />
      )}
      {result.findings.length > 0 && (
        <PlainTable
          label="Findings"
          rows={result.findings}
          rowKey={(each, index) => `${each.policy_id}/${each.rule}/${String(index)}`}
          columns={[
            { header: "Severity", cell: (each) => <StatusBadge state={each.severity} /> },
            ...(several ? [{ header: "Device", cell: (each: Schemas["FoundBreach"]) => <Name>{names.get(each.device_id)}</Name> }] : []),
            { header: "Finding", cell: (each) => <><Name wrap>{each.title}</Name><span className="block text-xs text-muted"><Name wrap>{each.policy}</Name></span></> },
            { header: "Line", align: "right", cell: (each) => each.line ?? "–" },
            { header: "Text", cell: (each) => <code className="text-xs"><Name wrap fallback="–">{each.text}</Name></code>, wide: true },
            { header: "What to do", cell: (each) => <Name wrap fallback="–">{each.remediation}</Name>, wide: true },
          ]}
        />
      )}
    </section>
  );
}
