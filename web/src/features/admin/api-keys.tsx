/** Ways in for programs: made once, shown once. */
import { Copy, KeyRound, Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { useCommand } from "@/api/query";
import type { Role } from "@/api/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField } from "@/ui/field";
import { Name } from "@/ui/name";
import { useAsk } from "@/ui/reason-dialog";
import { Message } from "@/ui/states";
import { Chip, StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { toast } from "@/ui/toast-store";
import { ROLES } from "./users";

type Key = Schemas["ApiKeyBody"];

function stateOf(key: Key): string {
  if (key.revoked) return "revoked";
  return key.expires_at !== null && new Date(key.expires_at).getTime() < Date.now() ? "expired" : "active";
}

const COLUMNS: readonly Column<Key>[] = [
  { id: "name", header: "Key", width: 160, grow: 2, phone: "title", cell: (key) => <Name>{key.name}</Name>, value: (key) => key.name },
  { id: "role", header: "Role", width: 100, phone: "line", cell: (key) => <Chip>{key.role}</Chip>, value: (key) => key.role },
  { id: "state", header: "State", width: 100, grow: 0, phone: "side", cell: (key) => <StatusBadge state={stateOf(key)} />, value: stateOf },
  { id: "created", header: "Made", width: 120, cell: (key) => <Time at={key.created_at} relative />, value: (key) => key.created_at },
  { id: "expires", header: "Expires", width: 150, align: "right", cell: (key) => (key.expires_at ? <Time at={key.expires_at} /> : "never"), value: (key) => key.expires_at },
];

export function ApiKeys() {
  const ask = useAsk();
  const [making, setMaking] = useState(false);
  const revoke = useCommand(({ id, reason }: { id: string; reason: string }) => answered(client.DELETE("/api/v1/api-keys/{api_key}", { params: { path: { api_key: id } }, body: { reason } })), { done: "Revoked" });
  async function onRow(key: Key) {
    if (key.revoked) return;
    const given = await ask({ title: `Revoke ${key.name}?`, description: "Whatever uses it is refused from now on.", confirm: "Revoke", danger: true });
    if (given) revoke.mutate({ id: key.id, reason: given.reason });
  }
  return (
    <>
      <DataTable
        id="api-keys"
        label="API keys"
        path="/api/v1/api-keys"
        columns={COLUMNS}
        rowId={(key) => key.id}
        onRow={(key) => void onRow(key)}
        className="h-[28rem]"
        filters={<Button icon={Plus} onClick={() => { setMaking(true); }}>Make a key</Button>}
        empty={<Message icon={KeyRound} title="No API keys">Programs send one in the header X-App-Key.</Message>}
      />
      {making && <NewKey onClose={() => { setMaking(false); }} />}
    </>
  );
}

function NewKey({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const make = useCommand(() =>
    answered(client.POST("/api/v1/api-keys", { body: { name, role, expires_at: days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : null } })),
  );
  const key = make.data?.key;
  function submit(event: FormEvent) {
    event.preventDefault();
    make.mutate();
  }
  async function copy(text: string) {
    await navigator.clipboard.writeText(text);
    toast({ tone: "ok", title: "Copied" });
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title={key ? "The key, shown this once" : "Make an API key"}
      footer={key ? <Button tone="primary" onClick={onClose}>I have kept it</Button> : <Button type="submit" form="new-key" tone="primary" busy={make.isPending}>Make it</Button>}
    >
      {key ? (
        <div className="flex flex-col gap-2">
          <code className="rounded-md bg-sunken p-2 text-sm break-all">{key}</code>
          {window.isSecureContext && <Button icon={Copy} onClick={() => void copy(key)}>Copy</Button>}
        </div>
      ) : (
        <form id="new-key" onSubmit={submit} className="flex flex-col gap-3">
          <TextField label="Name" required hint="What uses it." value={name} onChange={({ target }) => { setName(target.value); }} />
          <SelectField label="Role" options={ROLES} value={role} onChange={({ target }) => { setRole(target.value as Role); }} />
          <TextField label="Days until it expires" type="number" min={1} max={3650} hint="Left empty, it never does." value={days} onChange={({ target }) => { setDays(target.value); }} />
        </form>
      )}
    </Dialog>
  );
}
