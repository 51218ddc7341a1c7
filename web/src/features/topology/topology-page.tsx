/** The network as a map: from the neighbours that devices tell, coloured by state, ringed by alerts, now or at any moment. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Network } from "lucide-react";
import { useMemo } from "react";
import { get } from "@/api/query";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { Graph } from "@/ui/graph";
import { useRested, useUrlState } from "@/ui/hooks";
import { Page } from "@/ui/page";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { TimeSlider } from "@/ui/time-slider";
import { useNow } from "@/ui/time";
import { count } from "@/ui/units";
import { pathTo } from "./groups";
import { ChosenDevice, ChosenGroup, OnTheMap, Trail } from "./panels";
import { drawn } from "./shapes";

const DAY_MS = 86_400_000;

const opened = (within: string) => within.split(",").filter(Boolean).map(decodeURIComponent);
const within = (path: readonly string[]) => path.map(encodeURIComponent).join(",") || undefined;

export default function TopologyPage() {
  const [{ q = "", type = "", others = "", selected = "", as_of = "", in: inside = "" }, set] = useUrlState();
  const navigate = useNavigate();
  const word = useRested(q);
  const then = as_of || undefined;
  const topology = useQuery({ ...get("/api/v1/inventory/topology", { query: { as_of: then } }), placeholderData: (before) => before });
  const alerts = useQuery(get("/api/v1/alerts", { query: { state: "firing", limit: 500, as_of: then } }));
  const map = useMemo(
    () => (topology.data ? drawn(topology.data, alerts.data?.items ?? [], { q: word, type, others: others === "true" }, opened(inside)) : null),
    [topology.data, alerts.data, word, type, others, inside],
  );
  const present = useNow();
  const oldest = useQuery(get("/api/v1/inventory/devices", { query: { sort: "first_seen", limit: 1 } }));
  const first = oldest.data?.items[0];
  const known = useQuery({ ...get("/api/v1/inventory/devices/{device}", { path: { device: first?.id ?? "" } }), enabled: first !== undefined });
  const from = known.data ? new Date(known.data.first_seen).getTime() : present - DAY_MS;
  const types = [...new Set((topology.data?.nodes ?? []).map((each) => each.type).filter(Boolean))].sort();
  const chosen = topology.data?.nodes.find((each) => each.id === selected);
  const group = map?.groups.get(selected);

  function open(path: readonly string[], select?: string) {
    set({ in: within(path), selected: select }, true);
  }
  /** One that stands inside a closed group opens it. */
  function choose(id: string | null) {
    if (id === null || !map || map.nodes.some((each) => each.id === id)) set({ selected: id ?? undefined });
    else open(pathTo(id, map.chosen.nodes, map.chosen.links), id);
  }
  function enter(id: string) {
    if (map?.groups.has(id)) open([...map.path.map((each) => each.id), id]);
    else void navigate({ to: `/devices/${id}` as never });
  }

  return (
    <Page
      title="Topology"
      wide
      subtitle={map && `${count(map.chosen.nodes.length)} devices, ${count(map.chosen.links.length)} links; LLDP and CDP tell them`}
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
          <div className="grid gap-4 lg:min-h-0 lg:flex-1 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <div className="flex min-w-0 flex-col gap-2 lg:min-h-0">
              {map && (map.path.length > 0 || map.groups.size > 0) && <Trail map={map} open={open} />}
              <Graph
                className="h-[28rem] lg:h-auto lg:min-h-[28rem] lg:flex-1"
                label={map && map.groups.size > 0 ? `Map of ${count(map.groups.size)} groups and ${count(map.nodes.length - map.groups.size)} devices` : `Map of ${count(map?.nodes.length)} devices`}
                nodes={map?.nodes ?? []}
                links={map?.links ?? []}
                selected={selected || null}
                onSelect={choose}
                onOpen={enter}
              />
            </div>
            {chosen && topology.data ? (
              <ChosenDevice device={chosen} topology={topology.data} choose={choose} />
            ) : group ? (
              <ChosenGroup group={group} enter={enter} choose={choose} />
            ) : (
              map && <OnTheMap map={map} topology={topology.data} choose={choose} enter={enter} />
            )}
          </div>
        )}
      </QueryState>
    </Page>
  );
}
