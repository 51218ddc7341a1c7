/** The whole history: who did what, why, what followed; and the proof that nothing was changed since. */
import { ScrollText, ShieldCheck } from "lucide-react";
import { useCan } from "@/api/session";
import { EventDrawer, Timeline } from "@/ui/audit";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Page } from "@/ui/page";
import { SearchField } from "@/ui/search-field";
import { Message } from "@/ui/states";
import { useNow } from "@/ui/time";
import { filterOf, KINDS, SPANS, SUBJECTS } from "./filter";
import { VerifyDialog } from "./verify";

export default function AuditPage() {
  const can = useCan();
  const now = useNow();
  const [search, setSearch] = useUrlState();
  const { type = "", since = "", event } = search;
  const filter = filterOf(search, now);
  const kinds = KINDS.some(({ value }) => value === type) ? KINDS : [...KINDS, { value: type, label: type }];

  return (
    <Page
      wide
      title="Audit"
      actions={can("admin") && <Button icon={ShieldCheck} onClick={() => { setSearch({ verify: "1" }); }}>Verify the ledger</Button>}
    >
      <div className="flex flex-wrap items-end gap-2">
        <SelectField quiet label="Kind of event" value={type} className="w-36" options={kinds} onChange={({ target }) => { setSearch({ type: target.value }); }} />
        <SelectField quiet label="Time" value={since} className="w-36" options={SPANS} onChange={({ target }) => { setSearch({ since: target.value }); }} />
        <SearchField label="Actor" placeholder="Who: name or id" value={search.actor ?? ""} className="w-44" onSearch={(actor) => { setSearch({ actor }); }} />
        {SUBJECTS.filter(([name]) => search[name]).map(([name, label]) => (
          <Button key={name} onClick={() => { setSearch({ [name]: undefined }); }} aria-label={`Drop the filter: ${label}`}>
            {label} {search[name]?.slice(0, 8)} ×
          </Button>
        ))}
      </div>
      <Timeline
        filter={filter}
        className="flex-1"
        selected={event ? Number(event) : null}
        onOpen={({ position }) => { setSearch({ event: String(position) }, true); }}
        empty={
          <Message icon={ScrollText} title="Nothing like that happened" action={<Button onClick={() => { setSearch(Object.fromEntries(Object.keys(search).map((key) => [key, undefined]))); }}>Show everything</Button>}>
            Widen the time, or drop a filter.
          </Message>
        }
      />
      <EventDrawer position={event ? Number(event) : null} onPosition={(position) => { setSearch({ event: position === null ? undefined : String(position) }); }} />
      {can("admin") && search.verify && <VerifyDialog onClose={() => { setSearch({ verify: undefined }); }} />}
    </Page>
  );
}
