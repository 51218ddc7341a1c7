/** What can be done to many devices at once. */
import { Download, RotateCw, Tag, Trash2 } from "lucide-react";
import { useState } from "react";
import { answered, client } from "@/api/client";
import { messageOf } from "@/api/errors";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { useAsk } from "@/ui/reason-dialog";
import { download, toCsv } from "@/ui/csv";
import { toast } from "@/ui/toast-store";
import { words } from "./add-device";
import { COLUMNS, type DeviceRow } from "./columns";

const AT_ONCE = 6;

/** A few at a time; what is refused is counted and the rest goes on. */
export async function each<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<{ done: number; failures: string[] }> {
  const waiting = [...items];
  const failures: string[] = [];
  let done = 0;
  async function work() {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await act(item);
        done += 1;
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return { done, failures };
}

interface Asked {
  what: string;
  act: (row: DeviceRow) => Promise<unknown>;
}

export function BulkActions({ rows, clear }: { rows: DeviceRow[]; clear: () => void }) {
  const ask = useAsk();
  const [labelling, setLabelling] = useState(false);
  const [labels, setLabels] = useState("");
  const run = useCommand(async ({ act }: Asked) => await each(rows, act), {
    onSuccess: ({ done, failures }, { what }) => {
      const refused = failures.length ? `${String(failures.length)} refused: ${failures[0] ?? ""}` : undefined;
      toast({ tone: failures.length ? "warn" : "ok", title: `${what}: ${String(done)}`, ...(refused && { detail: refused }) });
      clear();
    },
  });
  const count = `${String(rows.length)} ${rows.length === 1 ? "device" : "devices"}`;
  const at = (row: DeviceRow) => ({ params: { path: { device: row.id } } });

  function poll() {
    run.mutate({ what: "Polls asked for", act: (row) => answered(client.POST("/api/v1/inventory/devices/{device}/poll", { ...at(row), body: null })) });
  }
  async function remove() {
    const given = await ask({ title: `Remove ${count}?`, description: "Their history stays. What still answers is found again by the next discovery.", confirm: "Remove", danger: true, reasonRequired: true });
    if (given) run.mutate({ what: "Removed", act: (row) => answered(client.DELETE("/api/v1/inventory/devices/{device}", { params: { path: { device: row.id } }, body: given })) });
  }
  function label() {
    const added = words(labels);
    setLabelling(false);
    run.mutate({
      what: "Labelled",
      act: (row) => answered(client.PATCH("/api/v1/inventory/devices/{device}", { ...at(row), body: { labels: [...new Set([...row.labels, ...added])], reason: "" } })),
    });
  }
  function csv() {
    const kept = COLUMNS.filter((column) => column.value);
    download("devices.csv", toCsv(kept.map(({ header }) => header), rows.map((row) => kept.map(({ value }) => value?.(row)))));
  }

  return (
    <>
      <Button small icon={RotateCw} busy={run.isPending} onClick={poll}>Poll now</Button>
      <Button small icon={Tag} disabled={run.isPending} onClick={() => { setLabels(""); setLabelling(true); }}>Label…</Button>
      <Button small icon={Download} onClick={csv}>CSV</Button>
      <Button small tone="danger" icon={Trash2} disabled={run.isPending} onClick={() => void remove()}>Remove…</Button>
      <Dialog
        open={labelling}
        onOpenChange={setLabelling}
        title={`Label ${count}`}
        footer={<Button type="submit" form="label-form" tone="primary" disabled={words(labels).length === 0}>Add labels</Button>}
      >
        <form id="label-form" onSubmit={(event) => { event.preventDefault(); label(); }}>
          <TextField label="Labels to add" hint="Separated by spaces; labels that they have stay." value={labels} autoFocus onChange={(event) => { setLabels(event.target.value); }} />
        </form>
      </Dialog>
    </>
  );
}
