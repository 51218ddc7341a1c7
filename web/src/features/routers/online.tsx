/** Who is online on a router, as it was last read. */
import { Users } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Name } from "@/ui/name";
import { Message } from "@/ui/states";
import { DataTable, type Column } from "@/ui/table";
import { duration } from "@/ui/units";

const COLUMNS: readonly Column<Schemas["Target"]>[] = [
  { id: "name", header: "User", cell: (row) => <Name>{row.name}</Name>, value: (row) => row.name, width: 180, grow: 2, phone: "title" },
  { id: "address", header: "Address", cell: (row) => row.address ?? "–", value: (row) => row.address, width: 140, phone: "side" },
  { id: "caller", header: "Caller id", cell: (row) => <Name fallback="–">{row.caller_id}</Name>, value: (row) => row.caller_id, width: 150, phone: "line" },
  { id: "service", header: "Service", cell: (row) => row.service ?? "–", value: (row) => row.service, width: 90 },
  { id: "uptime", header: "Online for", cell: (row) => duration(row.uptime_s), value: (row) => row.uptime_s, width: 110, align: "right" },
  { id: "radius", header: "By", cell: (row) => (row.radius ? "RADIUS" : "secret"), value: (row) => row.radius, width: 80 },
];

export function Online({ router }: { router: string }) {
  return (
    <section aria-labelledby="online-now" className="flex flex-col gap-2">
      <h2 id="online-now" className="text-sm font-semibold">Online now</h2>
      <DataTable
        id="online"
        label="Customers online"
        path="/api/v1/monitoring/targets"
        query={{ router_id: router }}
        columns={COLUMNS}
        rowId={(row) => `${row.router_id}/${row.session_id}`}
        className="h-96"
        empty={<Message icon={Users} title="Nobody is online">Sessions show here as soon as a customer dials in.</Message>}
      />
    </section>
  );
}
