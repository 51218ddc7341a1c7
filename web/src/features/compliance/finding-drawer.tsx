/** One finding: where it was seen, what to do about it, and whether somebody lives with it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Copy, Handshake, Undo2 } from "lucide-react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Name, visible } from "@/ui/name";
import { Facts } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { toast } from "@/ui/toast-store";
import { STATE_TONES } from "./shapes";

export function FindingDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const can = useCan();
  const ask = useAsk();
  const finding = useQuery({ ...get("/api/v1/config/findings/{finding}", { path: { finding: id ?? "" } }), enabled: id !== null });
  const path = { params: { path: { finding: id ?? "" } } };
  const accept = useCommand((reason: string) => answered(client.POST("/api/v1/config/findings/{finding}/accept", { ...path, body: { reason } })), { done: "Accepted: it alerts nobody" });
  const withdraw = useCommand((reason: string) => answered(client.POST("/api/v1/config/findings/{finding}/withdraw", { ...path, body: { reason } })), { done: "It counts again" });
  const row = finding.data;

  async function onAccept() {
    const given = await ask({ title: `Accept “${visible(row?.title ?? "")}”?`, description: "It stays on the list as accepted and alerts nobody, until the configuration or the rule changes.", confirm: "Accept", reasonRequired: true });
    if (given) accept.mutate(given.reason);
  }
  async function onWithdraw() {
    const given = await ask({ title: "No longer accept it?", description: "It counts as open again.", confirm: "Withdraw" });
    if (given) withdraw.mutate(given.reason);
  }
  async function copy() {
    try {
      await navigator.clipboard.writeText(row?.remediation ?? "");
      toast({ tone: "ok", title: "Copied" });
    } catch {
      toast({ tone: "warn", title: "The browser does not allow copying here" });
    }
  }

  return (
    <Dialog
      drawer
      open={id !== null}
      onOpenChange={(open) => { if (!open) onClose(); }}
      title={visible(row?.title ?? "Finding")}
      footer={
        row && can("engineer") && row.state !== "closed" ? (
          row.state === "accepted" ? (
            <Button icon={Undo2} busy={withdraw.isPending} onClick={() => void onWithdraw()}>Withdraw the acceptance</Button>
          ) : (
            <Button icon={Handshake} busy={accept.isPending} onClick={() => void onAccept()}>Accept…</Button>
          )
        ) : undefined
      }
    >
      <QueryState query={finding}>
        {(one) => (
          <div className="flex flex-col gap-4">
            <div className="flex flex-wrap gap-2">
              <StatusBadge state={one.severity} />
              <StatusBadge state={one.state} tone={STATE_TONES[one.state] ?? "idle"} />
            </div>
            <p><Name wrap>{one.message}</Name></p>
            <Facts
              items={[
                ["Device", one.device_id ? <Link key="device" className="text-accent underline" to={`/devices/${one.device_id}` as never}><Name className="inline!">{one.device_name}</Name></Link> : "–"],
                ["Policy", one.policy_id ? <Link key="policy" className="text-accent underline" to={`/policies/${one.policy_id}` as never}><Name className="inline!">{one.policy}</Name></Link> : <Name key="policy">{one.policy}</Name>],
                ["Rule", <code key="rule">{one.rule_id}</code>],
                ["Seen since", <Time key="opened" at={one.opened_at} />],
                ["Times it came", one.occurrence],
                ...(one.accepted_at ? [["Accepted", <span key="accepted"><Time at={one.accepted_at} /> by <bdi>{one.accepted_by}</bdi>{one.reason && <>: “<bdi>{one.reason}</bdi>”</>}</span>] as const] : []),
                ...(one.closed_at ? [["Closed", <span key="closed"><Time at={one.closed_at} />{one.closed_why === "fixed" ? ", fixed" : ", no longer applies"}</span>] as const] : []),
              ]}
            />
            {one.remediation && (
              <section>
                <header className="mb-1 flex items-center justify-between">
                  <h3 className="text-sm font-semibold">What to do</h3>
                  <Button small icon={Copy} onClick={() => void copy()}>Copy</Button>
                </header>
                <pre tabIndex={0} role="region" aria-label="What to do" className="overflow-x-auto rounded-md border border-line bg-sunken p-2 font-mono text-[0.8125rem] whitespace-pre-wrap">{one.remediation}</pre>
              </section>
            )}
            {one.evidence.length > 0 && (
              <section>
                <h3 className="mb-1 text-sm font-semibold">Where</h3>
                <ul className="flex flex-col divide-y divide-line rounded-md border border-line text-[0.8125rem]">
                  {one.evidence.map((each, index) => (
                    <li key={index} className="px-2 py-1.5">
                      {each.section && <div className="text-xs text-muted"><Name wrap>{each.section}</Name></div>}
                      <div className="flex gap-2 font-mono">
                        <span className="w-10 shrink-0 text-right text-muted">{each.line || "–"}</span>
                        <Name wrap fallback="no such line">{each.text}</Name>
                      </div>
                    </li>
                  ))}
                </ul>
                {one.count > one.evidence.length && <p className="mt-1 text-xs text-muted">{one.count} places in all.</p>}
              </section>
            )}
          </div>
        )}
      </QueryState>
    </Dialog>
  );
}
