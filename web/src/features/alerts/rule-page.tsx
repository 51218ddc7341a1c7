/** One rule: what it says, its versions, and where it stands on a device. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Pencil, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { usePathParam } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Facts, Page, Panel, useTitle } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { QueryState, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { RuleDialog } from "./rule-dialog";
import { conditionText, scopeText } from "./shapes";

export default function RulePage() {
  const id = usePathParam("id");
  const params = { path: { rule: id } };
  const rule = useQuery(get("/api/v1/alert-rules/{rule}", params));
  const versions = useQuery(get("/api/v1/alert-rules/{rule}/versions", params));
  const can = useCan();
  const ask = useAsk();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const restore = useCommand(
    ({ version, reason }: { version: number; reason: string }) => answered(client.POST("/api/v1/alert-rules/{rule}/restore", { params, body: { version, reason } })),
    { done: "The older version holds again" },
  );
  const remove = useCommand((reason: string) => answered(client.DELETE("/api/v1/alert-rules/{rule}", { params, body: { reason } })), {
    done: "Deleted",
    onSuccess: () => void navigate({ to: "/alerts", search: { tab: "rules" } as never }),
  });
  useTitle(rule.data?.name ?? "Alert rule");

  async function bringBack(version: number) {
    const given = await ask({ title: `Bring version ${String(version)} back?`, description: "It becomes a new version; none is lost.", confirm: "Bring back" });
    if (given) restore.mutate({ version, reason: given.reason });
  }
  async function destroy() {
    const given = await ask({ title: "Delete this rule?", description: "Its standing alerts are resolved. The audit can bring it back.", confirm: "Delete", danger: true });
    if (given) remove.mutate(given.reason);
  }

  return (
    <QueryState query={rule} skeleton={<Skeleton lines={8} className="p-5" />}>
      {(row) => (
        <Page
          title={<Name>{row.name}</Name>}
          subtitle={<span className="flex items-center gap-2"><StatusBadge state={row.severity ?? "medium"} /> <StatusBadge state={row.state === "active" ? (row.enabled === false ? "disabled" : "enabled") : row.state} /> version {row.version}</span>}
          actions={
            can("engineer") && row.state === "active" && (
              <>
                <Button icon={Pencil} onClick={() => { setEditing(true); }}>Change</Button>
                <Button icon={Trash2} busy={remove.isPending} onClick={() => void destroy()}>Delete</Button>
              </>
            )
          }
        >
          <Panel title="What it says">
            <Facts
              items={[
                ["When", conditionText(row.condition)],
                ["Where", scopeText(row.scope)],
                ["Description", row.description && <Name key="description" wrap>{row.description}</Name>],
                ["Told together", row.group_by === "rule" ? "all of the rule" : `those of a ${row.group_by ?? "site"}`],
                ["Changed", <span key="changed"><Time at={row.changed_at} /> by <Name wrap>{row.changed_by}</Name></span>],
                ["Alerts", <Link key="alerts" className="text-accent underline" to="/alerts" search={{ rule_id: row.id } as never}>of this rule</Link>],
              ]}
            />
          </Panel>
          <Panel title="Versions" flush>
            <QueryState query={versions} compact>
              {({ items }) => (
                <ol className="divide-y divide-line">
                  {items.map((each) => (
                    <li key={each.version} className="flex flex-wrap items-start gap-3 px-3 py-2 text-sm">
                      <span className="w-10 font-medium">{each.version}</span>
                      <div className="min-w-0 flex-1">
                        <Name wrap>{`${each.rule.severity ?? "medium"}: ${conditionText(each.rule.condition)}, ${scopeText(each.rule.scope)}`}</Name>
                        <div className="text-xs text-muted"><Time at={each.at} /> by <Name wrap>{each.author}</Name>{each.reason && <>: “<Name wrap>{each.reason}</Name>”</>}</div>
                      </div>
                      {can("engineer") && each.version !== row.version && <Button small icon={RotateCcw} busy={restore.isPending} onClick={() => void bringBack(each.version)}>Bring back</Button>}
                    </li>
                  ))}
                </ol>
              )}
            </QueryState>
          </Panel>
          <RuleDialog open={editing} onOpenChange={setEditing} rule={row} />
        </Page>
      )}
    </QueryState>
  );
}
