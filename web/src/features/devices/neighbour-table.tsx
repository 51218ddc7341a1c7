/** What is on the other end of a device's links, as it tells by LLDP, CDP or MNDP. */
import { Link } from "@tanstack/react-router";
import { Network } from "lucide-react";
import { Name } from "@/ui/name";
import { Message } from "@/ui/states";
import { neighbourKey, type Compared, type Neighbour } from "./differences";
import { Mark } from "./mark";
import { PlainTable, type PlainColumn } from "@/ui/plain-table";

type Row = Compared<Neighbour>;

const COLUMNS: readonly PlainColumn<Row>[] = [
  { header: "Interface", cell: ({ row }) => <Name className="font-medium">{row.local_interface}</Name> },
  {
    header: "Neighbour",
    cell: ({ row }) => (
      <Link className="text-accent underline" to="/devices" search={{ q: row.system_name || row.addresses[0] || row.chassis_id } as never}>
        <Name>{row.system_name || row.chassis_id}</Name>
      </Link>
    ),
  },
  { header: "Its port", cell: ({ row }) => <Name fallback="–">{row.port_description || row.port_id}</Name> },
  { header: "Protocol", wide: true, cell: ({ row }) => row.protocol.toUpperCase() },
  { header: "Address", wide: true, cell: ({ row }) => <span className="font-mono text-xs">{row.addresses.join(" ") || "–"}</span> },
  { header: "What it says it is", wide: true, cell: ({ row }) => <Name fallback="–">{row.platform || row.system_description}</Name> },
];
const SINCE: PlainColumn<Row> = { header: "Now", cell: ({ state }) => <Mark state={state} /> };

export function NeighbourTable({ rows, marked }: { rows: readonly Row[]; marked: boolean }) {
  if (rows.length === 0) return <Message icon={Network} title="No neighbours are known">Devices tell of one another by LLDP, CDP or MNDP, where these are switched on.</Message>;
  return <PlainTable label="Neighbours" rows={rows} columns={marked ? [...COLUMNS, SINCE] : COLUMNS} rowKey={({ row }, index) => `${neighbourKey(row)} ${String(index)}`} />;
}
