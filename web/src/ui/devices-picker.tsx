/** Chooses devices by search, several at once; what is chosen stays while the search changes. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";
import { get } from "@/api/query";
import { Button } from "./button";
import { cn } from "./cn";
import { CheckField } from "./field";
import { Name, visible } from "./name";
import { SearchField } from "./search-field";
import { QueryState, Skeleton } from "./states";
import { StatusBadge } from "./status";

const SHOWN = 100;

export function DevicesPicker({ chosen, onChange, label = "Devices", className }: {
  chosen: readonly string[];
  onChange: (ids: readonly string[]) => void;
  label?: string;
  className?: string;
}) {
  const [text, setText] = useState("");
  const found = useQuery({ ...get("/api/v1/inventory/devices", { query: { q: text, limit: SHOWN } }), placeholderData: (before) => before });
  const has = new Set(chosen);

  function toggle(id: string) {
    onChange(has.has(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  }

  return (
    <fieldset className={cn("min-w-0", className)}>
      <legend className="mb-1 text-xs font-medium text-muted">{label}</legend>
      <div className="rounded-md border border-line">
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-2">
          <SearchField label={`Search ${label.toLowerCase()}`} placeholder="Name, address, model, label" value={text} onSearch={setText} className="min-w-40 flex-1" />
          <span className="text-xs text-muted" role="status">{chosen.length} chosen</span>
          <Button small disabled={!found.data?.items.length} onClick={() => { onChange([...new Set([...chosen, ...(found.data?.items ?? []).map(({ id }) => id)])]); }}>
            Choose all shown
          </Button>
          <Button small icon={X} disabled={chosen.length === 0} onClick={() => { onChange([]); }}>None</Button>
        </div>
        {chosen.length > 0 && (
          <ul aria-label="Chosen" className="flex max-h-24 flex-wrap gap-1 overflow-y-auto border-b border-line p-2">
            {chosen.slice(0, SHOWN).map((id) => <Chosen key={id} id={id} onRemove={() => { toggle(id); }} />)}
            {chosen.length > SHOWN && <li className="text-xs text-muted">and {chosen.length - SHOWN} more</li>}
          </ul>
        )}
        <div className="max-h-56 overflow-y-auto" tabIndex={0} role="group" aria-label={label}>
          <QueryState query={found} compact skeleton={<Skeleton lines={4} className="p-3" />} empty={<p className="p-3 text-sm text-muted">{text ? "No device is called so." : "There are no devices yet: discover some first."}</p>}>
            {({ items, next_cursor }) => (
              <ul className="divide-y divide-line">
                {items.map((each) => (
                  <li key={each.id} className="flex items-center gap-2 px-2 py-1.5">
                    <CheckField
                      className="min-w-0 flex-1"
                      checked={has.has(each.id)}
                      onChange={() => { toggle(each.id); }}
                      label={<span className="flex min-w-0 flex-wrap items-baseline gap-x-2"><Name>{each.name || each.address}</Name><span className="text-xs text-muted">{each.address}</span></span>}
                    />
                    <span className="hidden text-xs text-muted sm:inline"><Name fallback="">{each.os}</Name></span>
                    <StatusBadge state={each.status} />
                  </li>
                ))}
                {next_cursor && <li className="px-2 py-1.5 text-xs text-muted">The first {SHOWN} are shown: search for others.</li>}
              </ul>
            )}
          </QueryState>
        </div>
      </div>
    </fieldset>
  );
}

function Chosen({ id, onRemove }: { id: string; onRemove: () => void }) {
  const device = useQuery(get("/api/v1/inventory/devices/{device}", { path: { device: id } }));
  const name = visible(device.data?.name || device.data?.address || id);
  return (
    <li className="inline-flex max-w-56 items-center gap-1 rounded bg-idle-soft pl-1.5 text-xs">
      <bdi className="truncate">{name}</bdi>
      <button type="button" aria-label={`Leave ${name} out`} onClick={onRemove} className="rounded p-1 hover:bg-hover">
        <X aria-hidden className="size-3" />
      </button>
    </li>
  );
}
