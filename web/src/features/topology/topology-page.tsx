/** The network as a map: from the neighbours that devices tell, coloured by state, ringed by alerts, now or at any moment. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Network } from "lucide-react";
import { useMemo } from "react";
import { get } from "@/api/query";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { Graph } from "@/ui/graph";
import { useRested, useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Page, Panel } from "@/ui/page";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { TimeSlider } from "@/ui/time-slider";
import { useNow } from "@/ui/time";
import { count } from "@/ui/units";
import { drawn } from "./shapes";

const DAY_MS = 86_400_000;

export default function TopologyPage() {
  const [{ q = "", type = "", others = "", selected = "", as_of = "" }, set] = useUrlState();
  const navigate = useNavigate();
  const word = useRested(q);
  const then = as_of || undefined;
  const topology = useQuery({ ...get("/api/v1/inventory/topology", { query: { as_of: then } }), placeholderData: (before) => before });
  const alerts = useQuery(get("/api/v1/alerts", { query: { state: "firing", limit: 500, as_of: then } }));
  const map = useMemo(
    () => (topology.data ? drawn(topology.data, alerts.data?.items ?? [], { q: word, type, others: others === "true" }) : null),
    [topology.data, alerts.data, word, type, others],
  );
  const present = useNow();
  const oldest = useQuery(get("/api/v1/inventory/devices", { query: { sort: "first_seen", limit: 1 } }));
  const first = oldest.data?.items[0];
  const known = useQuery({ ...get("/api/v1/inventory/devices/{device}", { path: { device: first?.id ?? "" } }), enabled: first !== undefined });
  const from = known.data ? new Date(known.data.first_seen).getTime() : present - DAY_MS;
  const types = [...new Set((topology.data?.nodes ?? []).map((each) => each.type).filter(Boolean))].sort();
  const chosen = topology.data?.nodes.find((each) => each.id === selected);
  const links = topology.data?.links.filter((each) => each.source === selected || each.target === selected) ?? [];
  const names = new Map(topology.data?.nodes.map((each) => [each.id, each.name]));

  return (
    <Page
      title="Topology"
      wide
      subtitle={map && `${count(map.nodes.length)} devices, ${count(map.links.length)} links; LLDP and CDP tell them`}
      actions={
        <>
          <TextField quiet label="Search" type="search" placeholder="Name" className="w-40" value={q} onChange={(event) => { set({ q: event.target.value }); }} />
          <SelectField quiet label="Type" className="w-36" value={type} onChange={(event) => { set({ type: event.target.value }); }} options={[{ value: "", label: "Any type" }, ...types.map((each) => ({ value: each, label: each }))]} />
          <CheckField label="Neighbours of others" checked={others === "true"} onChange={(event) => { set({ others: event.target.checked ? "true" : undefined }); }} />
        </>
      }
    >
      <TimeSlider from={from} value={then} onChange={(at) => { set({ as_of: at }); }} />
      <QueryState
        query={topology}
        skeleton={<Skeleton lines={12} />}
        isEmpty={({ nodes }) => nodes.length === 0}
        empty={<Message icon={Network} title="No devices" action={<Link className="text-accent underline" to="/discovery">Start a discovery</Link>}>The map draws itself from what devices say of their neighbours.</Message>}
      >
        {() => (
          <div className="grid min-h-0 flex-1 gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <Graph
              className="h-[28rem] lg:h-auto lg:min-h-[28rem]"
              label={`Map of ${count(map?.nodes.length)} devices`}
              nodes={map?.nodes ?? []}
              links={map?.links ?? []}
              selected={selected || null}
              onSelect={(id) => { set({ selected: id ?? undefined }); }}
              onOpen={(id) => void navigate({ to: `/devices/${id}` as never })}
            />
            {chosen ? (
              <Panel title={<Name>{chosen.name}</Name>} actions={<StatusBadge state={chosen.status} />}>
                <p className="text-sm text-muted">{[chosen.vendor, chosen.type].filter(Boolean).join(", ")}</p>
                {chosen.managed !== false && <Link className="text-sm text-accent underline" to={`/devices/${chosen.id}` as never}>Open the device</Link>}
                <ul className="mt-3 divide-y divide-line text-sm">
                  {links.map((each) => {
                    const away = each.source === selected;
                    const other = away ? each.target : each.source;
                    return (
                      <li key={`${each.source_port}/${other}/${each.target_port}`} className="py-1.5">
                        <button type="button" className="max-w-full text-left hover:underline" onClick={() => { set({ selected: other }); }}><Name>{names.get(other)}</Name></button>
                        <div className="text-xs text-muted"><Name>{`${away ? each.source_port : each.target_port} – ${away ? each.target_port : each.source_port} (${each.protocol}${each.confirmed === false ? ", told by one end" : ""})`}</Name></div>
                      </li>
                    );
                  })}
                </ul>
              </Panel>
            ) : (
              <Panel title="Devices" flush className="lg:max-h-[calc(100dvh-13.5rem)] lg:overflow-y-auto">
                <ul className="max-h-[28rem] divide-y divide-line overflow-y-auto text-sm lg:max-h-none" tabIndex={0} aria-label="Devices of the map">
                  {(map?.nodes ?? []).map((each) => {
                    const state = topology.data?.nodes.find((node) => node.id === each.id)?.status ?? "unknown";
                    return (
                      <li key={each.id} className="flex items-center gap-2 px-3 py-1.5">
                        <button type="button" className="min-w-0 flex-1 text-left hover:underline" onClick={() => { set({ selected: each.id }); }}><Name>{each.label}</Name></button>
                        <StatusBadge state={state} />
                      </li>
                    );
                  })}
                </ul>
              </Panel>
            )}
          </div>
        )}
      </QueryState>
    </Page>
  );
}
