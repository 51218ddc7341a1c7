/** A device that discovery does not find, by hand. */
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { answered, client } from "@/api/client";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";

const EMPTY = { address: "", name: "", site: "", labels: "", owner: "", notes: "", reason: "" };

export function words(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

export function AddDevice({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [form, setForm] = useState(EMPTY);
  const navigate = useNavigate();
  const add = useCommand(
    () => answered(client.POST("/api/v1/inventory/devices", { body: { ...form, labels: words(form.labels), credential_ids: [] } })),
    {
      done: (device) => `${device.name || device.address} was added`,
      onSuccess: (device) => {
        setForm(EMPTY);
        return navigate({ to: `/devices/${device.id}` });
      },
    },
  );
  const field = (name: keyof typeof EMPTY, label: string, more: { required?: boolean; hint?: string } = {}) => (
    <TextField label={label} value={form[name]} onChange={(event) => { setForm({ ...form, [name]: event.target.value }); }} {...more} />
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate();
  }
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => { if (!next) onClose(); }}
      title="Add a device"
      footer={<Button type="submit" form="add-device" tone="primary" busy={add.isPending}>Add</Button>}
    >
      <form id="add-device" onSubmit={submit} className="flex flex-col gap-3">
        {field("address", "Address", { required: true, hint: "An IP address or a host name." })}
        {field("name", "Name", { hint: "Left out, the device is called what it calls itself." })}
        {field("site", "Site")}
        {field("labels", "Labels", { hint: "Separated by spaces." })}
        {field("owner", "Owner")}
        {field("notes", "Notes")}
        {field("reason", "Reason")}
      </form>
    </Dialog>
  );
}
