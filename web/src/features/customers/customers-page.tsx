/** All customers: found, isolated, released; one or many at once. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleSlash, Plus, Undo2, Users } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { useRested, useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Page } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Message } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { count } from "@/ui/units";
import { SecretDialog } from "./secret-dialog";

type Row = Schemas["CustomerRow"];

const STATES = [
  { value: "", label: "Any state" },
  { value: "active", label: "Active" },
  { value: "isolation_requested", label: "Isolating" },
  { value: "isolated", label: "Isolated" },
  { value: "not_effective", label: "Isolated without effect" },
  { value: "release_requested", label: "Releasing" },
  { value: "unknown", label: "Unknown" },
  { value: "deleted", label: "Deleted" },
];

export default function CustomersPage() {
  const [{ q = "", state = "", router_id = "", drifted = "", operation_id = "" }, set] = useUrlState();
  const wanted = useRested(q);
  const can = useCan();
  const ask = useAsk();
  const [creating, setCreating] = useState(false);
  const routers = useQuery(get("/api/v1/routers", { query: { limit: 500 } }));
  const summary = useQuery(get("/api/v1/customers/summary", { query: { router_id: router_id || undefined } }));
  const names = new Map((routers.data?.items ?? []).map((each) => [each.id, each.name]));
  const isolate = useCommand((body: Schemas["IsolateRequest"]) => answered(client.POST("/api/v1/isolate", { body })), {
    done: "Asked of the routers; the tray shows how far it is",
  });

  async function switchAll(rows: Row[], isolated: boolean, clear: () => void) {
    const chosen = rows.filter((row) => row.router_id !== null);
    const verb = isolated ? "Isolate" : "Release";
    const given = await ask({
      title: `${verb} ${chosen.length === 1 ? (chosen[0]?.username ?? "") : `${count(chosen.length)} customers`}?`,
      description: isolated
        ? "Their sessions are dropped, so that it takes effect at once. What was there before is kept for the release."
        : "Each secret becomes exactly what it was before.",
      confirm: verb,
      danger: isolated,
      reasonRequired: isolated,
    });
    if (!given) return;
    const customers = chosen.map((row) => ({ router_id: row.router_id ?? "", username: row.username }));
    isolate.mutate({ isolated, customers, reason: given.reason });
    clear();
  }

  const columns: readonly Column<Row>[] = [
    { id: "username", header: "User", cell: (row) => <Name>{row.username}</Name>, value: (row) => row.username, width: 180, grow: 2, phone: "title" },
    {
      id: "state",
      header: "State",
      cell: (row) => (
        <span className="flex gap-1">
          <StatusBadge state={row.state} />
          {row.drifted && <StatusBadge state="drifted" tone="warn" label="changed by hand" />}
        </span>
      ),
      value: (row) => row.state,
      width: 216,
      phone: "side",
    },
    { id: "router", header: "Router", cell: (row) => <Name fallback="–">{names.get(row.router_id ?? "")}</Name>, value: (row) => names.get(row.router_id ?? "") ?? row.router_id, width: 180, grow: 1.5, phone: "line" },
    { id: "profile", header: "Profile", cell: (row) => <Name fallback="–">{row.profile}</Name>, value: (row) => row.profile, width: 110, phone: "line" },
    { id: "method", header: "By", cell: (row) => row.method ?? "–", value: (row) => row.method, width: 100 },
    { id: "since", header: "Since", cell: (row) => <Time at={row.since} relative />, value: (row) => row.since, width: 110 },
    { id: "comment", header: "Comment", cell: (row) => <Name fallback="–">{row.comment}</Name>, value: (row) => row.comment, width: 180, grow: 2 },
    { id: "remote", header: "Fixed address", cell: (row) => row.remote_address || "–", value: (row) => row.remote_address, optional: true },
    { id: "service", header: "Service", cell: (row) => row.service, value: (row) => row.service, optional: true },
    { id: "caller", header: "Caller id", cell: (row) => row.caller_id || "–", value: (row) => row.caller_id, optional: true },
  ];

  const told = summary.data
    ? `${count(summary.data.total)} customers, ${count(summary.data.states.isolated ?? 0)} isolated, ${count(summary.data.drifted)} changed by hand`
    : undefined;
  return (
    <Page
      title="Customers"
      subtitle={told}
      wide
      actions={can("engineer") && <Button icon={Plus} onClick={() => { setCreating(true); }}>New secret</Button>}
    >
      <DataTable
        id="customers"
        label="Customers"
        path="/api/v1/customers"
        query={{ q: wanted, state, router_id, drifted, operation_id }}
        columns={columns}
        rowId={(row) => row.id}
        rowLink={(row) => `/customers/${row.id}`}
        filters={
          <>
            <TextField quiet label="Search" type="search" placeholder="User name" value={q} onChange={(event) => { set({ q: event.target.value }); }} className="w-44" />
            <SelectField quiet label="State" options={STATES} value={state} onChange={(event) => { set({ state: event.target.value }); }} className="w-44" />
            <SelectField
              quiet
              label="Router"
              options={[{ value: "", label: "Any router" }, ...(routers.data?.items ?? []).map((each) => ({ value: each.id, label: each.name }))]}
              value={router_id}
              onChange={(event) => { set({ router_id: event.target.value }); }}
              className="w-44"
            />
            <Button tone={drifted ? "primary" : "plain"} aria-pressed={Boolean(drifted)} onClick={() => { set({ drifted: drifted ? undefined : "true" }); }}>
              Changed by hand
            </Button>
            {operation_id && <Button onClick={() => { set({ operation_id: undefined }); }}>Of one operation ✕</Button>}
          </>
        }
        bulk={
          can("engineer")
            ? (rows, clear) => (
                <>
                  <Button small tone="danger" icon={CircleSlash} busy={isolate.isPending} onClick={() => void switchAll(rows, true, clear)}>Isolate</Button>
                  <Button small icon={Undo2} busy={isolate.isPending} onClick={() => void switchAll(rows, false, clear)}>Release</Button>
                </>
              )
            : undefined
        }
        empty={
          <Message icon={Users} title="No customers" action={<Link className="text-accent underline" to="/routers">To the routers</Link>}>
            The PPPoE secrets of your routers are imported when a router is first connected. Narrower filters may hide some.
          </Message>
        }
      />
      <SecretDialog open={creating} onOpenChange={setCreating} routers={routers.data?.items ?? []} />
    </Page>
  );
}
