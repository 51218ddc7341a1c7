/** Chooses one device by typing part of its name or address. */
import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { get } from "@/api/query";
import { Button } from "./button";
import { useRested } from "./hooks";
import { Name } from "./name";
import { Popover } from "./popover";

const SHOWN = 30;

export function DevicePicker({ value, onChange, label = "Device" }: { value: string; onChange: (id: string) => void; label?: string }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const q = useRested(text);
  const found = useQuery({ ...get("/api/v1/inventory/devices", { query: { q, limit: SHOWN } }), enabled: open, placeholderData: (before) => before });
  const chosen = useQuery({ ...get("/api/v1/inventory/devices/{device}", { path: { device: value } }), enabled: value !== "" });
  return (
    <Popover
      label={label}
      open={open}
      onOpenChange={setOpen}
      className="w-80 p-0"
      trigger={
        <Button icon={ChevronsUpDown} className="max-w-64">
          <span className="sr-only">{label}: </span>
          {value ? <Name fallback="…">{chosen.data?.name}</Name> : "Choose a device"}
        </Button>
      }
    >
      <Command shouldFilter={false} label={label}>
        <Command.Input autoFocus value={text} onValueChange={setText} placeholder="Name or address" className="h-9 w-full border-b border-line bg-transparent px-3 text-sm outline-none" />
        <Command.List className="max-h-72 overflow-y-auto p-1">
          {found.isSuccess && found.data.items.length === 0 && <div className="p-3 text-sm text-muted">No device is called so.</div>}
          {(found.data?.items ?? []).map((each) => (
            <Command.Item
              key={each.id}
              value={each.id}
              onSelect={() => {
                onChange(each.id);
                setOpen(false);
              }}
              className="flex cursor-pointer items-center gap-2 rounded px-2 py-1.5 text-sm data-[selected=true]:bg-hover"
            >
              <span className="min-w-0 flex-1"><Name>{each.name}</Name></span>
              <span className="text-xs text-muted">{each.address}</span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Popover>
  );
}
