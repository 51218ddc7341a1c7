/** What people say about a device: name, site, labels, owner, notes. */
import { useState, type FormEvent } from "react";
import { answered, client } from "@/api/client";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextArea, TextField } from "@/ui/field";
import { words } from "./add-device";
import type { Device } from "./differences";

export function EditDevice({ device, onClose }: { device: Device; onClose: () => void }) {
  const [form, setForm] = useState({ name: device.name, site: device.site, labels: device.labels.join(" "), owner: device.owner, notes: device.notes, reason: "" });
  const save = useCommand(
    () => {
      const { reason, labels, ...plain } = form;
      const changed = Object.fromEntries(Object.entries(plain).filter(([name, value]) => value !== device[name as keyof typeof plain]));
      const body = { ...changed, ...(labels !== device.labels.join(" ") && { labels: words(labels) }), reason };
      return answered(client.PATCH("/api/v1/inventory/devices/{device}", { params: { path: { device: device.id } }, body }));
    },
    { done: "Saved", onSuccess: onClose },
  );
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) => { setForm({ ...form, [name]: event.target.value }); };
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title="Edit the device"
      footer={<Button type="submit" form="edit-device" tone="primary" busy={save.isPending}>Save</Button>}
    >
      <form id="edit-device" onSubmit={submit} className="flex flex-col gap-3">
        <TextField label="Name" value={form.name} onChange={set("name")} />
        <TextField label="Site" value={form.site} onChange={set("site")} />
        <TextField label="Labels" hint="Separated by spaces." value={form.labels} onChange={set("labels")} />
        <TextField label="Owner" value={form.owner} onChange={set("owner")} />
        <TextArea label="Notes" value={form.notes} onChange={set("notes")} />
        <TextField label="Reason" hint="Kept in the audit with your name." value={form.reason} onChange={set("reason")} />
      </form>
    </Dialog>
  );
}
