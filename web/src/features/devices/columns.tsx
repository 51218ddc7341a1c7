/** The columns of the device table. */
import type { Schemas } from "@/api/client";
import { Name } from "@/ui/name";
import { Chip, StatusBadge } from "@/ui/status";
import type { Column } from "@/ui/table";
import { Time } from "@/ui/time";

export type DeviceRow = Schemas["DeviceRow"];

const none = <span className="text-muted">–</span>;

export const COLUMNS: readonly Column<DeviceRow>[] = [
  { id: "name", header: "Name", sort: "name", width: 150, grow: 2, phone: "title", cell: (row) => <Name>{row.name || row.address}</Name>, value: (row) => row.name },
  { id: "status", header: "Status", sort: "status", width: 100, grow: 0, phone: "side", cell: (row) => <StatusBadge state={row.status} />, value: (row) => row.status },
  { id: "address", header: "Address", sort: "address", width: 128, grow: 0, phone: "line", cell: (row) => <span title={row.addresses.join("\n")}>{row.address}{row.addresses.length > 1 && <span className="text-muted"> +{row.addresses.length - 1}</span>}</span>, value: (row) => row.address },
  { id: "vendor", header: "Vendor", sort: "vendor", width: 80, grow: 0.5, phone: "line", cell: (row) => <Name fallback="–">{row.vendor}</Name>, value: (row) => row.vendor },
  { id: "model", header: "Model", sort: "model", width: 104, grow: 1.5, phone: "line", cell: (row) => <Name fallback="–">{row.model}</Name>, value: (row) => row.model },
  { id: "os", header: "System", sort: "os", width: 104, grow: 1.5, cell: (row) => <Name fallback="–">{`${row.os_name} ${row.os_version}`.trim()}</Name>, value: (row) => `${row.os_name} ${row.os_version}`.trim() },
  { id: "type", header: "Type", sort: "type", width: 72, grow: 0.5, cell: (row) => row.type || none, value: (row) => row.type },
  { id: "site", header: "Site", sort: "site", width: 62, grow: 0.5, cell: (row) => <Name fallback="–">{row.site}</Name>, value: (row) => row.site },
  { id: "labels", header: "Labels", width: 72, grow: 0.5, cell: (row) => (row.labels.length ? row.labels.map((each) => <Chip key={each} className="mr-1">{each}</Chip>) : none), value: (row) => row.labels },
  { id: "owner", header: "Owner", sort: "owner", width: 100, optional: true, cell: (row) => <Name fallback="–">{row.owner}</Name>, value: (row) => row.owner },
  { id: "serial", header: "Serial", sort: "serial", width: 120, optional: true, cell: (row) => <Name fallback="–">{row.serial}</Name>, value: (row) => row.serial },
  { id: "mac", header: "MAC", width: 140, optional: true, cell: (row) => row.mac || none, value: (row) => row.mac },
  { id: "status_since", header: "Status since", sort: "status_since", width: 120, optional: true, cell: (row) => <Time at={row.status_since} relative />, value: (row) => row.status_since },
  { id: "first_seen", header: "First seen", sort: "first_seen", width: 120, optional: true, cell: (row) => <Time at={row.first_seen} relative />, value: (row) => row.first_seen },
  { id: "changed_at", header: "Changed", sort: "changed_at", width: 120, optional: true, cell: (row) => <Time at={row.changed_at} relative />, value: (row) => row.changed_at },
  { id: "last_seen", header: "Last seen", sort: "last_seen", width: 104, grow: 0, align: "right", cell: (row) => <Time at={row.last_seen} relative />, value: (row) => row.last_seen },
];
