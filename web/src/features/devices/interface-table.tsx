/** A device's interfaces, then and now. */
import { Cable } from "lucide-react";
import { useState } from "react";
import { TextField, CheckField } from "@/ui/field";
import { Name } from "@/ui/name";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { linkSpeed } from "@/ui/units";
import { same, type Compared, type INTERFACE_FIELDS, type Interface } from "./differences";
import { Differing, Mark } from "./mark";
import { PlainTable, type PlainColumn } from "@/ui/plain-table";

type Row = Compared<Interface>;

function marked(field: (typeof INTERFACE_FIELDS)[number], show: (row: Interface) => React.ReactNode) {
  return function cell({ row, now }: Row) {
    return now && !same(row[field], now[field]) ? <Differing now={field === "speed_bps" ? linkSpeed(now[field]) : now[field]}>{show(row)}</Differing> : show(row);
  };
}

// an unused port that is down is nothing to look at: without alias and address it is grey
const COLUMNS: readonly PlainColumn<Row>[] = [
  { header: "Interface", cell: marked("name", (row) => <Name className="font-medium">{row.name || row.description}</Name>) },
  { header: "State", cell: marked("oper_status", (row) => (row.admin_status === "down" ? <StatusBadge state="disabled" /> : <StatusBadge state={row.oper_status || "unknown"} tone={row.oper_status === "down" && !row.alias && row.addresses.length === 0 ? "idle" : undefined} />)) },
  { header: "Alias", cell: marked("alias", (row) => <Name fallback="–">{row.alias}</Name>) },
  { header: "Speed", align: "right", wide: true, cell: marked("speed_bps", (row) => linkSpeed(row.speed_bps)) },
  { header: "MTU", align: "right", wide: true, cell: marked("mtu", (row) => row.mtu ?? "–") },
  { header: "Addresses", wide: true, cell: marked("addresses", (row) => <span className="font-mono text-xs">{row.addresses.join(" ") || "–"}</span>) },
  { header: "MAC", wide: true, cell: marked("mac", (row) => <span className="font-mono text-xs">{row.mac || "–"}</span>) },
  { header: "ifIndex", align: "right", wide: true, cell: ({ row }) => row.if_index },
];
const SINCE: PlainColumn<Row> = { header: "Now", cell: ({ state }) => <Mark state={state} /> };

export function InterfaceTable({ rows, marked: compared }: { rows: readonly Row[]; marked: boolean }) {
  const [q, setQ] = useState("");
  const [onlyUp, setOnlyUp] = useState(false);
  if (rows.length === 0) return <Message icon={Cable} title="No interfaces are known">They are read when the device answers SNMP: give it a credential, then poll it.</Message>;
  const text = q.toLowerCase();
  const shown = rows.filter(({ row, state }) => (!onlyUp || row.oper_status === "up") && (!text || [row.name, row.alias, row.mac, ...row.addresses].some((each) => each.toLowerCase().includes(text))) && (compared || state === "same"));
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <TextField quiet type="search" label="Search interfaces" placeholder="Name, alias, address …" className="w-56" value={q} onChange={(event) => { setQ(event.target.value); }} />
        <CheckField label="Only up" checked={onlyUp} onChange={(event) => { setOnlyUp(event.target.checked); }} />
        <span className="ml-auto text-sm text-muted">{shown.length} of {rows.length}</span>
      </div>
      <PlainTable label="Interfaces" rows={shown} columns={compared ? [...COLUMNS, SINCE] : COLUMNS} rowKey={({ row }) => String(row.if_index)} />
    </div>
  );
}
