/** One policy with its rules, switched on or off, changed, deleted. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Pencil, Power, Trash2 } from "lucide-react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { usePathParam, useUrlState } from "@/ui/hooks";
import { Name, visible } from "@/ui/name";
import { Page, Panel, useTitle } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { QueryState, Skeleton } from "@/ui/states";
import { Chip, StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { PolicyForm } from "./policy-form";
import { content, ruleText, type PolicyRow } from "./shapes";

export default function PolicyPage() {
  const id = usePathParam("id");
  const policy = useQuery(get("/api/v1/config/policies/{policy}", { path: { policy: id } }));
  useTitle(policy.data?.name ?? "Policy");
  return (
    <QueryState query={policy} skeleton={<Skeleton lines={10} className="p-5" />}>
      {(row) => <Known key={row.id} row={row} />}
    </QueryState>
  );
}

function Known({ row }: { row: PolicyRow }) {
  const [{ edit }, set] = useUrlState();
  const can = useCan();
  const ask = useAsk();
  const navigate = useNavigate();
  const path = { params: { path: { policy: row.id } } };
  const turn = useCommand((reason: string) => answered(client.PUT("/api/v1/config/policies/{policy}", { ...path, body: { ...content(row), enabled: !row.enabled, reason } })), {
    done: ({ enabled }) => (enabled ? "Enabled: configurations are checked now" : "Disabled"),
  });
  const remove = useCommand((reason: string) => answered(client.DELETE("/api/v1/config/policies/{policy}", { ...path, body: { reason } })), {
    done: "Deleted",
    onSuccess: () => void navigate({ to: "/compliance", search: { tab: "policies" } as never }),
  });
  async function onTurn() {
    const given = await ask({ title: `${row.enabled ? "Disable" : "Enable"} ${visible(row.name)}?`, description: row.enabled ? "Its findings are closed." : "Stored configurations are checked against it at once.", confirm: row.enabled ? "Disable" : "Enable" });
    if (given) turn.mutate(given.reason);
  }
  async function destroy() {
    const given = await ask({ title: `Delete ${visible(row.name)}?`, description: "Its findings are closed. The audit can bring it back.", confirm: "Delete", danger: true });
    if (given) remove.mutate(given.reason);
  }

  if (edit && can("engineer"))
    return (
      <Page title={<>Change <Name className="inline!">{row.name}</Name></>} subtitle="Stored configurations are checked against it at once.">
        <PolicyForm policy={row} onSaved={() => { set({ edit: undefined }); }} onCancel={() => { set({ edit: undefined }); }} />
      </Page>
    );
  return (
    <Page
      title={<Name>{row.name}</Name>}
      subtitle={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusBadge state={row.severity} /> <StatusBadge state={row.enabled ? "enabled" : "disabled"} />
          <span>changed <Time at={row.changed_at} relative /> by <bdi>{row.changed_by}</bdi></span>
          {[...row.platforms, ...row.labels].map((each) => <Chip key={each}>{each}</Chip>)}
          <Link className="text-accent underline" to="/compliance" search={{ policy_id: row.id } as never}>its findings</Link>
        </span>
      }
      actions={
        can("engineer") && (
          <>
            <Button icon={Power} busy={turn.isPending} onClick={() => void onTurn()}>{row.enabled ? "Disable" : "Enable"}</Button>
            <Button icon={Pencil} onClick={() => { set({ edit: "1" }, true); }}>Change</Button>
            <Button icon={Trash2} busy={remove.isPending} onClick={() => void destroy()}>Delete</Button>
          </>
        )
      }
    >
      {row.description && <p className="text-sm"><Name wrap>{row.description}</Name></p>}
      <Panel title={`${String(row.rules.length)} ${row.rules.length === 1 ? "rule" : "rules"}`} flush>
        <ol className="divide-y divide-line">
          {row.rules.map((rule) => (
            <li key={rule.id} className="flex flex-col gap-1 px-3 py-2.5 text-sm">
              <div className="flex flex-wrap items-center gap-2">
                <span className="min-w-0 flex-1 font-medium"><Name wrap>{rule.title}</Name></span>
                <code className="text-xs text-muted">{rule.id}</code>
                <StatusBadge state={rule.severity ?? row.severity} />
              </div>
              <p className="font-mono text-[0.8125rem] break-words text-muted">{ruleText(rule)}</p>
              {rule.remediation && <pre className="overflow-x-auto rounded bg-sunken px-2 py-1 font-mono text-xs whitespace-pre-wrap">{rule.remediation}</pre>}
            </li>
          ))}
        </ol>
      </Panel>
    </Page>
  );
}
