/** All routers that customers hang on, and how our connection to each is. */
import { Link } from "@tanstack/react-router";
import { Router } from "lucide-react";
import { SelectField, TextField } from "@/ui/field";
import { useRested, useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Page } from "@/ui/page";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { count, milliseconds } from "@/ui/units";
import type { Schemas } from "@/api/client";

type Row = Schemas["RouterRow"];

const CONNECTIONS = [
  { value: "", label: "Any connection" },
  { value: "connected", label: "Connected" },
  { value: "connecting", label: "Connecting" },
  { value: "down", label: "Down" },
];

const COLUMNS: readonly Column<Row>[] = [
  { id: "name", header: "Name", cell: (row) => <Name>{row.name}</Name>, value: (row) => row.name, width: 170, grow: 2, phone: "title" },
  { id: "connection", header: "Connection", cell: (row) => <StatusBadge state={row.connection} />, value: (row) => row.connection, width: 116, grow: 0, phone: "side" },
  { id: "address", header: "Address", cell: (row) => row.address, value: (row) => row.address, width: 110, phone: "line" },
  { id: "model", header: "Model", cell: (row) => <Name fallback="–">{row.model}</Name>, value: (row) => row.model, width: 140, grow: 1.5 },
  { id: "version", header: "RouterOS", cell: (row) => row.os_version || "–", value: (row) => row.os_version, width: 80 },
  { id: "online", header: "Online", cell: (row) => count(row.active_users), value: (row) => row.active_users, width: 80, grow: 0, align: "right" },
  { id: "latency", header: "Latency", cell: (row) => milliseconds(row.latency_ms), value: (row) => row.latency_ms, width: 90, grow: 0, align: "right" },
  { id: "since", header: "Since", cell: (row) => (row.since ? <Time at={row.since} relative /> : "–"), value: (row) => row.since, width: 96 },
  { id: "synced", header: "Compared", cell: (row) => (row.synced_at ? <Time at={row.synced_at} relative /> : "never"), value: (row) => row.synced_at, width: 96 },
  { id: "error", header: "Last error", cell: (row) => <Name fallback="–">{row.last_error}</Name>, value: (row) => row.last_error, width: 140, grow: 2 },
  { id: "circuit", header: "Circuit", cell: (row) => row.circuit, value: (row) => row.circuit, optional: true },
  { id: "logins", header: "Logins", cell: (row) => count(row.logins), value: (row) => row.logins, align: "right", optional: true },
  { id: "owner", header: "Worker", cell: (row) => row.owner || "–", value: (row) => row.owner, optional: true },
];

export default function RoutersPage() {
  const [{ q = "", connection = "" }, set] = useUrlState();
  const wanted = useRested(q);
  return (
    <Page title="Routers" subtitle="One login each, kept open; whoever is down is tried again by itself." wide>
      <DataTable
        id="routers"
        label="Routers"
        path="/api/v1/routers"
        query={{ q: wanted, connection }}
        columns={COLUMNS}
        rowId={(row) => row.id}
        rowLink={(row) => `/routers/${row.id}`}
        filters={
          <>
            <TextField quiet label="Search" type="search" placeholder="Name or address" value={q} onChange={(event) => { set({ q: event.target.value }); }} className="w-48" />
            <SelectField quiet label="Connection" options={CONNECTIONS} value={connection} onChange={(event) => { set({ connection: event.target.value }); }} className="w-40" />
          </>
        }
        empty={
          <Message icon={Router} title="No routers" action={<Link className="text-accent underline" to="/discovery">To the discovery</Link>}>
            MikroTik devices that a discovery found with a RouterOS credential appear here.
          </Message>
        }
      />
    </Page>
  );
}
