/** One device: as it is, or as it was at any moment, with what differs marked. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { GitMerge, Pencil, RotateCw, Split, SquareTerminal, Trash2, Ellipsis } from "lucide-react";
import { useState } from "react";
import { answered, client } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { EventDrawer, Timeline } from "@/ui/audit";
import { Button, IconButton } from "@/ui/button";
import { usePathParam, useUrlState } from "@/ui/hooks";
import { Menu, MenuItem } from "@/ui/menu";
import { Name, visible } from "@/ui/name";
import { Page, useTitle } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Message, QueryState, Skeleton, Failure } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Tabs } from "@/ui/tabs";
import { Time, formatTime } from "@/ui/time";
import { TimeSlider } from "@/ui/time-slider";
import { ApiError } from "@/api/errors";
import { DeviceAlerts } from "./device-alerts";
import { DeviceCharts } from "./device-charts";
import { DeviceConfigs } from "./device-configs";
import { DeviceFacts } from "./device-facts";
import { InterfaceTable } from "./interface-table";
import { NeighbourTable } from "./neighbour-table";
import { compareRows, differingFields, interfaceDiffers, neighbourKey, neighbours, same, type Device } from "./differences";
import { EditDevice } from "./edit-device";
import { OtherDevice } from "./other-device";

export default function DevicePage() {
  const id = usePathParam("id");
  const device = useQuery(get("/api/v1/inventory/devices/{device}", { path: { device: id } }));
  return (
    <QueryState query={device} skeleton={<Skeleton lines={12} className="p-5" />}>
      {(now) => <Known key={id} now={now} />}
    </QueryState>
  );
}

function Known({ now }: { now: Device }) {
  const [search, setSearch] = useUrlState();
  const { at, tab = "facts", event } = search;
  const title = visible(now.name || now.address);
  useTitle(title);
  const past = useQuery({
    ...get("/api/v1/inventory/devices/{device}", { path: { device: now.id }, query: { as_of: at ?? null } }),
    enabled: at !== undefined,
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
  const history = useQuery(get("/api/v1/audit", { query: { device_id: now.id, type: "device.", limit: 500 } }));
  const changes = (history.data?.items ?? []).map((each) => new Date(each.occurred_at).getTime()).reverse();
  const alerts = useQuery(get("/api/v1/alerts", { query: { device_id: now.id, state: "firing", limit: 100 } }));

  const then = at === undefined ? now : past.data;
  const unknown = at !== undefined && past.error instanceof ApiError && past.error.status === 404;
  const marked = at !== undefined && then !== undefined;
  const rows = {
    interfaces: then && compareRows(marked ? then.interfaces : now.interfaces, now.interfaces, (each) => String(each.if_index), interfaceDiffers),
    neighbours: then && compareRows(neighbours(marked ? then : now), neighbours(now), neighbourKey, (one, other) => !same(one.port_id, other.port_id)),
  };
  const differing = (list: readonly { state: string }[] | undefined) => (marked ? list?.filter(({ state }) => state !== "same").length : list?.length);

  return (
    <Page
      wide={tab === "history" || tab === "interfaces"}
      title={<Name>{now.name || now.address}</Name>}
      subtitle={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusBadge state={now.status} />
          <span>since <Time at={now.status_since} relative /></span>
          <span>{visible(now.model.startsWith(now.vendor) ? now.model : `${now.vendor} ${now.model}`.trim())}</span>
          <code className="text-xs">{now.address}</code>
          {now.last_seen && <span>seen <Time at={now.last_seen} relative /></span>}
        </span>
      }
      actions={<Actions device={now} />}
    >
      {now.state !== "active" && (
        <p role="status" className="rounded-md bg-warn-soft px-3 py-2 text-warn">
          This device was {now.state}.{" "}
          {now.merged_into && <Link className="underline" to={`/devices/${now.merged_into}`}>It is part of another one.</Link>}
        </p>
      )}
      <TimeSlider from={new Date(now.first_seen).getTime()} value={at} changes={changes} onChange={(next) => { setSearch({ at: next }); }} />
      {at !== undefined && !unknown && (
        <p role="status" className="text-sm text-muted">
          As it was on {formatTime(at)}. What is different now is marked.
        </p>
      )}
      {unknown ? (
        <Message title="Not known yet at that time">Move the slider to a later moment.</Message>
      ) : then === undefined ? (
        past.isError ? <Failure error={past.error} retry={() => void past.refetch()} /> : <Skeleton lines={8} />
      ) : (
        <Tabs
          label="About this device"
          value={tab}
          onChange={(next) => { setSearch({ tab: next === "facts" ? undefined : next }); }}
          tabs={[
            { id: "facts", label: "Facts", count: marked ? differingFields(then, now).size : null, content: <DeviceFacts then={then} now={now} marked={marked} /> },
            { id: "interfaces", label: "Interfaces", count: differing(rows.interfaces), content: <InterfaceTable rows={rows.interfaces ?? []} marked={marked} /> },
            { id: "charts", label: "Charts", content: <DeviceCharts device={now} end={at} /> },
            { id: "neighbours", label: "Neighbours", count: differing(rows.neighbours), content: <NeighbourTable rows={rows.neighbours ?? []} marked={marked} /> },
            { id: "configs", label: "Configurations", content: <DeviceConfigs device={now} at={at} /> },
            { id: "alerts", label: "Alerts", count: alerts.data?.items.length, content: <DeviceAlerts device={now.id} /> },
            {
              id: "history",
              label: "History",
              content: (
                <div className="flex h-[max(24rem,calc(100dvh-22rem))] flex-col">
                  <Timeline filter={{ device_id: now.id, ...(at !== undefined && { to: at }) }} selected={event ? Number(event) : null} onOpen={(entry) => { setSearch({ event: String(entry.position) }); }} className="flex-1" />
                </div>
              ),
            },
          ]}
        />
      )}
      <EventDrawer position={event ? Number(event) : null} onPosition={(position) => { setSearch({ event: position === null ? undefined : String(position) }); }} />
    </Page>
  );
}

function Actions({ device }: { device: Device }) {
  const can = useCan();
  const ask = useAsk();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const [other, setOther] = useState<"merge" | "split" | null>(null);
  const path = { params: { path: { device: device.id } } };
  const poll = useCommand(() => answered(client.POST("/api/v1/inventory/devices/{device}/poll", { ...path, body: null })), { done: "Asked to poll: see the operations above" });
  const remove = useCommand((reason: string) => answered(client.DELETE("/api/v1/inventory/devices/{device}", { ...path, body: { reason } })), {
    done: "Removed",
    onSuccess: () => navigate({ to: "/devices" }),
  });
  if (!can("engineer") || device.state !== "active") return null;

  async function onRemove() {
    const given = await ask({ title: `Remove ${visible(device.name || device.address)}?`, description: "Its history stays. If it still answers, the next discovery finds it again.", confirm: "Remove", danger: true, reasonRequired: true });
    if (given) remove.mutate(given.reason);
  }
  return (
    <>
      <Button icon={RotateCw} busy={poll.isPending} onClick={() => { poll.mutate(); }}>Poll now</Button>
      <Button icon={SquareTerminal} onClick={() => void navigate({ to: `/devices/${device.id}/terminal` as never })}>Terminal</Button>
      <Button icon={Pencil} onClick={() => { setEditing(true); }}>Edit</Button>
      <Menu trigger={<IconButton icon={Ellipsis} label="More actions" />}>
        <MenuItem icon={GitMerge} onSelect={() => { setOther("merge"); }}>Merge another device into this…</MenuItem>
        <MenuItem icon={Split} onSelect={() => { setOther("split"); }}>Split off a merged device…</MenuItem>
        <MenuItem icon={Trash2} danger onSelect={() => void onRemove()}>Remove…</MenuItem>
      </Menu>
      {editing && <EditDevice device={device} onClose={() => { setEditing(false); }} />}
      {other && <OtherDevice device={device} what={other} onClose={() => { setOther(null); }} />}
    </>
  );
}
