/** A backup beside another one, or beside what the device runs at this moment. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { get } from "@/api/query";
import { Button } from "@/ui/button";
import { CodeDiff } from "@/ui/code";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { formatTime } from "@/ui/time";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { Difference } from "./difference";

export function Compare({ row }: { row: Schemas["BackupBody"] }) {
  const [{ against = row.previous_id ?? "" }, set] = useUrlState();
  const [unified, setUnified] = useState(false);
  const others = useQuery(get("/api/v1/config/backups", { query: { device_id: row.device_id, limit: 200 } }));
  const options = [
    { value: "", label: "Choose a backup" },
    { value: "running", label: "What the device runs now" },
    ...(others.data?.items ?? []).filter((each) => each.id !== row.id).map((each) => ({ value: each.id, label: `${formatTime(each.at)}${each.tag ? `, ${each.tag}` : ""}` })),
  ];
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <SelectField label="Against" className="w-72" options={options} value={against} onChange={(event) => { set({ against: event.target.value }); }} />
        <Button aria-pressed={unified} onClick={() => { setUnified(!unified); }}>{unified ? "Side by side" : "In one column"}</Button>
      </div>
      {against === "" ? (
        <Message title="Against what?">Another backup of this device, or what it runs at this moment.</Message>
      ) : against === "running" ? (
        <Running row={row} />
      ) : (
        <Other row={row} against={against} unified={unified} />
      )}
    </div>
  );
}

function Other({ row, against, unified }: { row: Schemas["BackupBody"]; against: string; unified: boolean }) {
  const other = useQuery(get("/api/v1/config/backups/{backup_id}", { path: { backup_id: against } }));
  return (
    <QueryState query={other} skeleton={<Skeleton lines={10} />}>
      {(one) => {
        const [before, after] = one.position < row.position ? [one, row] : [row, one];
        return (
          <>
            <p className="text-sm text-muted">From {formatTime(before.at)} to {formatTime(after.at)}.</p>
            <CodeDiff className="h-[60dvh]" label="Differences between two backups" language="config" unified={unified} before={before.text} after={after.text} />
          </>
        );
      }}
    </QueryState>
  );
}

function Running({ row }: { row: Schemas["BackupBody"] }) {
  const compared = useQuery({
    ...get("/api/v1/config/compare/{device}", { path: { device: row.device_id }, query: { backup_id: row.id, against: "running" } }),
    staleTime: 60_000,
    retry: false,
  });
  return (
    <QueryState query={compared} skeleton={<div><p className="mb-2 text-sm text-muted">Reading the device …</p><Skeleton lines={8} /></div>}>
      {(found) => (found.changed ? <Difference hunks={found.hunks} complete={found.complete} /> : <Message title="The device runs this very configuration">What changes by itself is left out.</Message>)}
    </QueryState>
  );
}
