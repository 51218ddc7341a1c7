/** Ways into devices: secrets go in and never come out; a trial says whether one is accepted. */
import { KeyRound, Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/field";
import { Name } from "@/ui/name";
import { useAsk } from "@/ui/reason-dialog";
import { Message } from "@/ui/states";
import { Chip } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { bodyOf, EMPTY, fieldsOf, KINDS, type CredentialForm, type Kind } from "./credential-fields";

type Credential = Schemas["CredentialBody"];

const COLUMNS: readonly Column<Credential>[] = [
  { id: "name", header: "Credential", width: 180, grow: 2, phone: "title", cell: (row) => <Name>{row.name}</Name>, value: (row) => row.name },
  { id: "kind", header: "Kind", width: 110, phone: "side", cell: (row) => <Chip>{KINDS.find(({ value }) => value === row.kind)?.label ?? row.kind}</Chip>, value: (row) => row.kind },
  { id: "username", header: "User", width: 120, phone: "line", cell: (row) => <Name fallback="–">{row.username}</Name>, value: (row) => row.username },
  { id: "port", header: "Port", width: 70, align: "right", cell: (row) => row.port ?? "usual", value: (row) => row.port },
  { id: "changed", header: "Changed", width: 120, align: "right", cell: (row) => <Time at={row.changed_at} relative />, value: (row) => row.changed_at },
];

export function Credentials() {
  const [edited, setEdited] = useState<Credential | "new" | null>(null);
  return (
    <>
      <DataTable
        id="credentials"
        label="Credentials"
        path="/api/v1/credentials"
        columns={COLUMNS}
        rowId={(row) => row.id}
        onRow={setEdited}
        className="h-[28rem]"
        filters={<Button icon={Plus} onClick={() => { setEdited("new"); }}>Add a credential</Button>}
        empty={<Message icon={KeyRound} title="No credentials yet">Netledger needs one to read a device: an SNMP community, or a user for SSH or RouterOS.</Message>}
      />
      {edited !== null && <Edit key={edited === "new" ? "new" : edited.id} credential={edited === "new" ? null : edited} onClose={() => { setEdited(null); }} />}
    </>
  );
}

function Edit({ credential, onClose }: { credential: Credential | null; onClose: () => void }) {
  const ask = useAsk();
  const [form, setForm] = useState<CredentialForm>(
    credential ? { ...EMPTY, name: credential.name, kind: credential.kind, port: credential.port?.toString() ?? "", username: credential.username ?? "", auth_protocol: credential.auth_protocol ?? "", priv_protocol: credential.priv_protocol ?? "", tls: credential.tls ?? false } : EMPTY,
  );
  const save = useCommand(
    () =>
      credential
        ? answered(client.PATCH("/api/v1/credentials/{credential}", { params: { path: { credential: credential.id } }, body: bodyOf(form, true) }))
        : answered(client.POST("/api/v1/credentials", { body: { ...bodyOf(form, false), name: form.name, kind: form.kind } })),
    { done: "Saved", onSuccess: onClose },
  );
  const remove = useCommand((reason: string) => answered(client.DELETE("/api/v1/credentials/{credential}", { params: { path: { credential: credential?.id ?? "" } }, body: { reason } })), { done: "Deleted", onSuccess: onClose });
  async function onRemove() {
    const given = await ask({ title: `Delete ${form.name}?`, description: "The secret is destroyed; devices that are read with it are tried with the others.", confirm: "Delete", danger: true, reasonRequired: true });
    if (given) remove.mutate(given.reason);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  const set = (name: keyof CredentialForm) => ({ target }: { target: { value: string } }) => { setForm({ ...form, [name]: target.value }); };
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title={credential ? form.name : "Add a credential"}
      description={credential ? "Secrets left empty stay as they are." : undefined}
      footer={
        <>
          {credential && <Button tone="danger" className="mr-auto" busy={remove.isPending} onClick={() => void onRemove()}>Delete…</Button>}
          <Button type="submit" form="credential" tone="primary" busy={save.isPending}>Save</Button>
        </>
      }
    >
      <form id="credential" onSubmit={submit} className="flex flex-col gap-3">
        <TextField label="Name" required value={form.name} onChange={set("name")} />
        {!credential && <SelectField label="Kind" options={KINDS} value={form.kind} onChange={({ target }) => { setForm({ ...form, kind: target.value as Kind }); }} />}
        {fieldsOf(form.kind).map(({ name, label, secret, options, lines, required }) =>
          options ? (
            <SelectField key={name} label={label} options={options.map((each) => ({ value: each, label: each || "none" }))} value={form[name]} onChange={set(name)} />
          ) : lines ? (
            <TextArea key={name} label={label} mono value={form[name]} onChange={set(name)} />
          ) : (
            <TextField key={name} label={label} type={secret ? "password" : "text"} autoComplete={secret ? "new-password" : "off"} required={(required ?? false) && !(secret && credential)} value={form[name]} onChange={set(name)} />
          ),
        )}
        {form.kind === "routeros" && <CheckField label="Over TLS" checked={form.tls} onChange={({ target }) => { setForm({ ...form, tls: target.checked }); }} />}
        <TextField label="Port" type="number" min={1} max={65535} hint="Left empty: the usual one." value={form.port} onChange={set("port")} />
        <TextField label="Reason" value={form.reason} onChange={set("reason")} />
      </form>
      {credential && <Trial credential={credential} />}
    </Dialog>
  );
}

function Trial({ credential }: { credential: Credential }) {
  const [address, setAddress] = useState("");
  const attempt = useCommand(() => answered(client.POST("/api/v1/credentials/{credential}/test", { params: { path: { credential: credential.id } }, body: { address } })));
  function submit(event: FormEvent) {
    event.preventDefault();
    attempt.mutate();
  }
  return (
    <form onSubmit={submit} className="mt-4 border-t border-line pt-3">
      <div className="flex items-end gap-2">
        <TextField label="Try it on a device" placeholder="Address" required value={address} className="flex-1" onChange={({ target }) => { setAddress(target.value); }} />
        <Button type="submit" busy={attempt.isPending}>Try</Button>
      </div>
      {attempt.data && (
        <p role="status" className={attempt.data.ok ? "mt-2 text-ok" : "mt-2 text-bad"}>
          {attempt.data.ok ? "Accepted. " : "Not accepted. "}
          <Name wrap>{attempt.data.message}</Name> <Name wrap fallback="">{attempt.data.sys_name}</Name>
        </p>
      )}
    </form>
  );
}
