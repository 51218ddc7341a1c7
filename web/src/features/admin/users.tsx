/** Accounts: who may log in, as what. */
import { Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { useCommand } from "@/api/query";
import { useUser, type Role } from "@/api/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { Name } from "@/ui/name";
import { useAsk } from "@/ui/reason-dialog";
import { Message } from "@/ui/states";
import { Chip, StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";

type User = Schemas["UserBody"];
export const ROLES = [
  { value: "viewer", label: "viewer: sees" },
  { value: "engineer", label: "engineer: acts on the network" },
  { value: "admin", label: "admin: runs Netledger" },
] as const;

const COLUMNS: readonly Column<User>[] = [
  { id: "username", header: "User", width: 160, grow: 2, phone: "title", cell: (user) => <Name>{user.username}</Name>, value: (user) => user.username },
  { id: "role", header: "Role", width: 100, phone: "side", cell: (user) => <Chip>{user.role}</Chip>, value: (user) => user.role },
  { id: "state", header: "State", width: 110, grow: 0, cell: (user) => <StatusBadge state={user.disabled ? "disabled" : "active"} />, value: (user) => (user.disabled ? "disabled" : "active") },
  { id: "email", header: "E-mail", width: 180, phone: "line", cell: (user) => <Name fallback="–">{user.email}</Name>, value: (user) => user.email },
  { id: "totp", header: "Second factor", width: 116, cell: (user) => (user.totp ? "authenticator" : <span className="text-muted">none</span>), value: (user) => user.totp },
  { id: "last", header: "Last login", width: 120, align: "right", cell: (user) => <Time at={user.last_login_at} relative />, value: (user) => user.last_login_at },
];

export function Users() {
  const [edited, setEdited] = useState<User | "new" | null>(null);
  return (
    <>
      <DataTable
        id="users"
        label="Users"
        path="/api/v1/users"
        columns={COLUMNS}
        rowId={(user) => user.id}
        onRow={setEdited}
        className="h-[32rem]"
        filters={<Button icon={Plus} onClick={() => { setEdited("new"); }}>Add a user</Button>}
        empty={<Message title="No users" />}
      />
      {edited === "new" && <NewUser onClose={() => { setEdited(null); }} />}
      {edited !== null && edited !== "new" && <EditUser user={edited} onClose={() => { setEdited(null); }} />}
    </>
  );
}

function NewUser({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState({ username: "", email: "", role: "viewer" as Role, password: "", reason: "" });
  const create = useCommand(() => answered(client.POST("/api/v1/users", { body: form })), { done: "The user was added", onSuccess: onClose });
  const set = (name: keyof typeof form) => ({ target }: { target: { value: string } }) => { setForm({ ...form, [name]: target.value }); };
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title="Add a user" footer={<Button type="submit" form="new-user" tone="primary" busy={create.isPending}>Add</Button>}>
      <form id="new-user" onSubmit={submit} className="flex flex-col gap-3">
        <TextField label="User name" required value={form.username} onChange={set("username")} />
        <TextField label="E-mail" type="email" value={form.email} onChange={set("email")} />
        <SelectField label="Role" options={ROLES} value={form.role} onChange={set("role")} />
        <TextField label="Password" type="password" required minLength={12} autoComplete="new-password" hint="12 characters or more." value={form.password} onChange={set("password")} />
        <TextField label="Reason" value={form.reason} onChange={set("reason")} />
      </form>
    </Dialog>
  );
}

function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
  const self = useUser().id === user.id;
  const ask = useAsk();
  const [form, setForm] = useState({ email: user.email ?? "", role: user.role, disabled: user.disabled ?? false, password: "", reason: "" });
  const at = { params: { path: { user: user.id } } };
  const save = useCommand(
    () => {
      const { password, ...rest } = form;
      return answered(client.PATCH("/api/v1/users/{user}", { ...at, body: { ...rest, ...(password && { password }) } }));
    },
    { done: "Saved", onSuccess: onClose },
  );
  const remove = useCommand((reason: string) => answered(client.DELETE("/api/v1/users/{user}", { ...at, body: { reason } })), { done: "The user was deleted", onSuccess: onClose });
  const dropTotp = useCommand((reason: string) => answered(client.DELETE("/api/v1/users/{user}/totp", { ...at, body: { reason } })), { done: "The authenticator was taken off", onSuccess: onClose });

  async function onRemove() {
    const given = await ask({ title: `Delete ${user.username}?`, description: "What they did stays in the audit; the name is free again.", confirm: "Delete", danger: true, reasonRequired: true });
    if (given) remove.mutate(given.reason);
  }
  async function onDropTotp() {
    const given = await ask({ title: `Take the authenticator off ${user.username}?`, description: "They log in with the password alone until they set up another one.", confirm: "Take it off", danger: true, reasonRequired: true });
    if (given) dropTotp.mutate(given.reason);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title={user.username}
      footer={
        <>
          {!self && <Button tone="danger" className="mr-auto" busy={remove.isPending} onClick={() => void onRemove()}>Delete…</Button>}
          {user.totp && <Button onClick={() => void onDropTotp()}>Take off authenticator…</Button>}
          <Button type="submit" form="edit-user" tone="primary" busy={save.isPending}>Save</Button>
        </>
      }
    >
      <form id="edit-user" onSubmit={submit} className="flex flex-col gap-3">
        <TextField label="E-mail" type="email" value={form.email} onChange={({ target }) => { setForm({ ...form, email: target.value }); }} />
        <SelectField label="Role" options={ROLES} value={form.role} disabled={self} hint={self ? "Nobody changes their own role." : undefined} onChange={({ target }) => { setForm({ ...form, role: target.value as Role }); }} />
        <CheckField label="Disabled" hint="Cannot log in; sessions end." disabled={self} checked={form.disabled} onChange={({ target }) => { setForm({ ...form, disabled: target.checked }); }} />
        <TextField label="New password" type="password" minLength={12} autoComplete="new-password" hint="Left empty, it stays. A new one ends all sessions." value={form.password} onChange={({ target }) => { setForm({ ...form, password: target.value }); }} />
        <TextField label="Reason" value={form.reason} onChange={({ target }) => { setForm({ ...form, reason: target.value }); }} />
      </form>
    </Dialog>
  );
}
