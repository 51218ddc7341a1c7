/** An application under way or ended: wave by wave, device by device, with what each came to. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Name } from "@/ui/name";
import { Panel, ProgressBar } from "@/ui/page";
import { PlainTable } from "@/ui/plain-table";
import { useAsk } from "@/ui/reason-dialog";
import { QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { deviceStates, share, tally } from "./application";

const RUNNING = new Set(["requested", "running"]);

export function Application({ id, onBack }: { id: string; onBack: () => void }) {
  const ask = useAsk();
  const operation = useQuery(get("/api/v1/operations/{operation}", { path: { operation: id } }));
  const going = operation.data !== undefined && RUNNING.has(operation.data.state);
  const own = useQuery({ ...get("/api/v1/operations", { query: { kind: "template.apply", limit: 500 } }), enabled: operation.data !== undefined });
  const cancel = useCommand((reason: string) => answered(client.POST("/api/v1/operations/{operation}/cancel", { params: { path: { operation: id } }, body: { reason } })), { done: "Cancelled" });
  async function onCancel() {
    const given = await ask({ title: "Stop here?", description: "Devices that have it keep it; the others are left as they are.", confirm: "Stop", danger: true });
    if (given) cancel.mutate(given.reason);
  }
  return (
    <QueryState query={operation}>
      {(row) => {
        const devices = deviceStates(row, own.data?.items ?? []);
        const rows = new Map((own.data?.items ?? []).map((each) => [each.id, each]));
        const waves = Math.max(0, ...devices.map(({ wave }) => wave));
        return (
          <div className="flex flex-col gap-4">
            <Panel
              title="Application"
              actions={
                <>
                  <StatusBadge state={row.state} />
                  {going && <Button small busy={cancel.isPending || row.cancelling} onClick={() => void onCancel()}>Stop…</Button>}
                  <Button small icon={ArrowLeft} onClick={onBack}>Apply again</Button>
                </>
              }
            >
              <div className="flex flex-col gap-2 text-sm">
                <ProgressBar label="Devices done" value={share(devices)} />
                <p role="status">{tally(devices)}, in {waves} {waves === 1 ? "wave" : "waves"}. Asked for <Time at={row.requested_at} relative />{row.reason && <>: “<bdi>{row.reason}</bdi>”</>}</p>
                {row.error && <p className="break-words text-bad"><Name wrap>{row.error.message}</Name></p>}
              </div>
            </Panel>
            <PlainTable
              label="Devices"
              rows={devices}
              rowKey={(each) => each.operation_id}
              columns={[
                { header: "Device", cell: (each) => <DeviceLink id={each.device_id} /> },
                { header: "Wave", align: "right", cell: (each) => each.wave },
                { header: "State", cell: (each) => <StatusBadge state={each.state} /> },
                { header: "Step", cell: (each) => <Name fallback="–">{rows.get(each.operation_id)?.steps.at(-1)?.name.replaceAll("_", " ")}</Name>, wide: true },
                { header: "What went wrong", cell: (each) => <Name fallback="–" wrap>{rows.get(each.operation_id)?.error?.message}</Name> },
                { header: "Ended", cell: (each) => <Time at={rows.get(each.operation_id)?.ended_at ?? null} relative />, wide: true },
              ]}
            />
          </div>
        );
      }}
    </QueryState>
  );
}

function DeviceLink({ id }: { id: string }) {
  const device = useQuery(get("/api/v1/inventory/devices/{device}", { path: { device: id } }));
  return <Link className="text-accent underline" to={`/devices/${id}` as never}><Name>{device.data?.name ?? id}</Name></Link>;
}
