/** The inventory as a table: filters in the address, saved views, actions on many. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Radar, SearchX } from "lucide-react";
import { get } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Page } from "@/ui/page";
import { SearchField } from "@/ui/search-field";
import { Message } from "@/ui/states";
import { DataTable } from "@/ui/table";
import { AddDevice } from "./add-device";
import { BulkActions } from "./bulk-actions";
import { COLUMNS } from "./columns";

const STATES = ["up", "down", "unknown", "maintenance"] as const;

export default function DevicesPage() {
  const can = useCan();
  const [search, setSearch] = useUrlState();
  const { q = "", status = "", vendor = "", type = "", site = "", label = "" } = search;
  const summary = useQuery(get("/api/v1/inventory/summary"));
  const filtered = [q, status, vendor, type, site, label].some(Boolean);

  return (
    <Page
      wide
      title="Devices"
      actions={can("engineer") && <Button icon={Plus} onClick={() => { setSearch({ add: "1" }); }}>Add a device</Button>}
    >
      <DataTable
        id="devices"
        label="Devices"
        path="/api/v1/inventory/devices"
        query={{ q, status, vendor, type, site, label }}
        defaultSort="name"
        columns={COLUMNS}
        rowId={(row) => row.id}
        rowLink={(row) => `/devices/${row.id}`}
        bulk={can("engineer") ? (rows, clear) => <BulkActions rows={rows} clear={clear} /> : undefined}
        filters={
          <>
            <SearchField label="Search devices" placeholder="Name, address, MAC, serial …" className="w-full sm:w-64" value={q} onSearch={(next) => { setSearch({ q: next }); }} />
            <SelectField quiet label="Status" value={status} className="w-32" options={[{ value: "", label: "Any status" }, ...STATES.map((each) => ({ value: each, label: each }))]} onChange={(event) => { setSearch({ status: event.target.value }); }} />
            <Choice name="Vendor" any="Any vendor" value={vendor} counts={summary.data?.by_vendor} onChange={(next) => { setSearch({ vendor: next }); }} />
            <Choice name="Type" any="Any type" value={type} counts={summary.data?.by_type} onChange={(next) => { setSearch({ type: next }); }} />
            {site && <Button small onClick={() => { setSearch({ site: undefined }); }}>Site {site} ×</Button>}
            {label && <Button small onClick={() => { setSearch({ label: undefined }); }}>Label {label} ×</Button>}
          </>
        }
        empty={
          filtered ? (
            <Message icon={SearchX} title="No device is like that" action={<Button onClick={() => { setSearch({ q: undefined, status: undefined, vendor: undefined, type: undefined, site: undefined, label: undefined }); }}>Show all devices</Button>}>
              Loosen the filters, or search for something else.
            </Message>
          ) : (
            <Message icon={Radar} title="No devices yet" action={can("engineer") && <Link className="text-accent underline" to="/discovery">Start a discovery</Link>}>
              Name the ranges of your network, and Netledger finds what answers in them.
            </Message>
          )
        }
      />
      {can("engineer") && <AddDevice open={search.add !== undefined} onClose={() => { setSearch({ add: undefined }); }} />}
    </Page>
  );
}

function Choice({ name, any, value, counts, onChange }: { name: string; any: string; value: string; counts: Record<string, unknown> | undefined; onChange: (value: string) => void }) {
  const known = Object.keys(counts ?? {}).filter((each) => each !== "unknown").sort((a, b) => a.localeCompare(b));
  if (value && !known.includes(value)) known.push(value);
  return <SelectField quiet label={name} value={value} className="w-36" options={[{ value: "", label: any }, ...known.map((each) => ({ value: each, label: each }))]} onChange={(event) => { onChange(event.target.value); }} />;
}
