/** The configurations that this device was found with, newest first; of a moment in the past those known until then. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { DatabaseBackup, FileDiff } from "lucide-react";
import { answered, client } from "@/api/client";
import { pages, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { Name } from "@/ui/name";
import { PlainTable } from "@/ui/plain-table";
import { useAsk } from "@/ui/reason-dialog";
import { Failure, Message, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { count } from "@/ui/units";
import type { Device } from "./differences";

export function DeviceConfigs({ device, at }: { device: Device; at: string | undefined }) {
  const can = useCan();
  const ask = useAsk();
  const backups = useInfiniteQuery(pages("/api/v1/config/backups", { query: { device_id: device.id, as_of: at ?? null } }, 50));
  const backUp = useCommand((reason: string) => answered(client.POST("/api/v1/config/backup", { body: { device_id: device.id, all: false, reason } })), { done: "Asked of the device; the tray shows how far it is" });
  const rows = (backups.data?.pages ?? []).flatMap(({ items }) => items);

  async function onBackUp() {
    const given = await ask({ title: "Back up this device now?", description: "Only what has changed becomes a new backup.", confirm: "Back up" });
    if (given) backUp.mutate(given.reason);
  }
  const now = can("engineer") && at === undefined && device.state === "active" && <Button icon={DatabaseBackup} busy={backUp.isPending} onClick={() => void onBackUp()}>Back up now</Button>;

  if (backups.data === undefined) return backups.isError ? <Failure error={backups.error} retry={() => void backups.refetch()} /> : <Skeleton lines={6} />;
  if (rows.length === 0) return <Message icon={FileDiff} title={at === undefined ? "No configuration was read yet" : "None was known at that time"} action={now}>A device is backed up over SSH: it needs a credential for that.</Message>;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        {now}
        <Link className="ml-auto self-center text-accent underline" to="/configs" search={{ device: device.id } as never}>Tags and filters</Link>
      </div>
      <PlainTable
        label="Configurations"
        rows={rows}
        rowKey={({ id }) => id}
        columns={[
          { header: "Found", cell: (row) => <Link className="font-medium hover:text-accent hover:underline" to={`/configs/${row.id}`}><Time at={row.at} /></Link> },
          { header: "Tag", cell: (row) => (row.tag ? <StatusBadge state={row.tag} tone={row.tag === "stable" ? "ok" : "note"} /> : "–") },
          { header: "Changed by", cell: (row) => <Name fallback="not told">{row.author_by}</Name> },
          { header: "Because", wide: true, cell: (row) => <Name fallback="–">{row.reason || row.cause}</Name> },
          { header: "Note", wide: true, cell: (row) => <Name fallback="–">{row.note}</Name> },
          { header: "Lines", align: "right", wide: true, cell: (row) => count(row.lines) },
          { header: "What changed", align: "right", cell: (row) => <Link className="text-accent underline" to={`/configs/${row.id}`} search={{ tab: "compare" } as never}>Compare</Link> },
        ]}
      />
      {backups.hasNextPage && <Button className="self-start" busy={backups.isFetchingNextPage} onClick={() => void backups.fetchNextPage()}>Earlier</Button>}
    </div>
  );
}
