/** Backups of all devices, newest first. */
import { Link } from "@tanstack/react-router";
import { FileDiff } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/button";
import { DevicePicker } from "@/ui/device-picker";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Message } from "@/ui/states";
import { Chip, StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { bytes, count } from "@/ui/units";

type Row = Schemas["BackupRow"];

const COLUMNS: readonly Column<Row>[] = [
  { id: "device", header: "Device", cell: (row) => <Name>{row.device_name}</Name>, value: (row) => row.device_name, width: 190, grow: 2, phone: "title" },
  { id: "at", header: "Found", cell: (row) => <Time at={row.at} relative />, value: (row) => row.at, width: 110, grow: 0, phone: "side" },
  { id: "tag", header: "Tag", cell: (row) => (row.tag ? <StatusBadge state={row.tag} tone={row.tag === "stable" ? "ok" : "note"} /> : "–"), value: (row) => row.tag, width: 110, grow: 0, phone: "line" },
  { id: "platform", header: "Platform", cell: (row) => <Chip>{row.platform}</Chip>, value: (row) => row.platform, width: 110, grow: 0, phone: "line" },
  { id: "author", header: "Changed by", cell: (row) => <Name fallback="not told">{row.author_by}</Name>, value: (row) => row.author_by, width: 130 },
  { id: "cause", header: "Because", cell: (row) => <Name fallback="–">{row.reason || row.cause}</Name>, value: (row) => row.reason || row.cause, width: 160, grow: 2 },
  { id: "note", header: "Note", cell: (row) => <Name fallback="–">{row.note}</Name>, value: (row) => row.note, width: 160, grow: 2 },
  { id: "lines", header: "Lines", cell: (row) => count(row.lines), value: (row) => row.lines, width: 80, grow: 0, align: "right" },
  { id: "size", header: "Size", cell: (row) => bytes(row.size_bytes), value: (row) => row.size_bytes, width: 90, grow: 0, align: "right", optional: true },
];
const TAGS = [{ value: "", label: "Any tag" }, { value: "stable", label: "Stable" }, { value: "experimental", label: "Experimental" }];

export function BackupList() {
  const [{ device = "", tag = "" }, set] = useUrlState();
  return (
    <DataTable
      id="backups"
      label="Backups"
      className="h-[calc(100dvh-16rem)]"
      path="/api/v1/config/backups"
      query={{ device_id: device, tag }}
      columns={COLUMNS}
      rowId={(row) => row.id}
      rowLink={(row) => `/configs/${row.id}`}
      filters={
        <>
          <DevicePicker value={device} onChange={(id) => { set({ device: id }); }} />
          {device && <Button small onClick={() => { set({ device: undefined }); }}>All devices</Button>}
          <SelectField quiet label="Tag" options={TAGS} value={tag} onChange={(event) => { set({ tag: event.target.value }); }} className="w-36" />
        </>
      }
      empty={<Message icon={FileDiff} title="No backups yet" action={<Link className="text-accent underline" to="/devices">To the devices</Link>}>Store an SSH credential, then back up all devices; the settings say how often that happens by itself.</Message>}
    />
  );
}
