/** The host keys that devices are known by; one that changed is refused until somebody accepts it. */
import { KeyRound, ShieldCheck } from "lucide-react";
import { answered, client, type Schemas } from "@/api/client";
import { useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { useAsk } from "@/ui/reason-dialog";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";

type Row = Schemas["ConfigDevice"];

export function HostKeys() {
  const [{ changed = "" }, set] = useUrlState();
  const can = useCan();
  const ask = useAsk();
  const accept = useCommand(
    ({ device, reason }: { device: string; reason: string }) => answered(client.POST("/api/v1/config/host-keys/{device}/accept", { params: { path: { device } }, body: { reason } })),
    { done: "The new key is accepted" },
  );

  async function take(row: Row) {
    const given = await ask({
      title: `Accept the new key of ${row.name}?`,
      description: "Compare it with what the device's console says: somebody may stand between you and the device.",
      preview: <p className="font-mono text-xs break-all">{row.presented}</p>,
      confirm: "Accept",
      danger: true,
      reasonRequired: true,
    });
    if (given) accept.mutate({ device: row.device_id, reason: given.reason });
  }

  const columns: readonly Column<Row>[] = [
    { id: "name", header: "Device", cell: (row) => <Name>{row.name}</Name>, value: (row) => row.name, width: 180, grow: 2, phone: "title" },
    {
      id: "state",
      header: "Key",
      cell: (row) => (row.presented ? <StatusBadge state="changed" tone="bad" label="changed, refused" /> : row.host_key ? <StatusBadge state="ok" label="pinned" /> : <StatusBadge state="unknown" label="not seen yet" />),
      value: (row) => (row.presented ? "changed" : row.host_key ? "pinned" : ""),
      width: 150,
      grow: 0,
      phone: "side",
    },
    { id: "key", header: "Fingerprint", cell: (row) => <span className="font-mono text-xs">{row.host_key || "–"}</span>, value: (row) => row.host_key, width: 300, grow: 3, phone: "line" },
    { id: "read", header: "Last read", cell: (row) => <Time at={row.read_at} relative />, value: (row) => row.read_at, width: 110 },
    {
      id: "accept",
      header: "",
      cell: (row) => can("engineer") && row.presented && <Button small icon={ShieldCheck} busy={accept.isPending} onClick={() => void take(row)}>Accept</Button>,
      width: 110,
      grow: 0,
    },
  ];
  return (
    <DataTable
      id="host-keys"
      label="Host keys"
      className="h-[calc(100dvh-16rem)]"
      path="/api/v1/config/devices"
      query={{ host_key_changed: changed }}
      columns={columns}
      rowId={(row) => row.device_id}
      filters={
        <Button tone={changed ? "primary" : "plain"} aria-pressed={Boolean(changed)} onClick={() => { set({ changed: changed ? undefined : "true" }); }}>Changed alone</Button>
      }
      empty={<Message icon={KeyRound} title="No host keys">A key is pinned when a device is first logged in to.</Message>}
    />
  );
}
