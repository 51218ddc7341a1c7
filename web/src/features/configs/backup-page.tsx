/** One backup: its text, what it changed, tag and note, compare with another or with what runs, and restore. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { History, Tag } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextArea, TextField } from "@/ui/field";
import { usePathParam, useUrlState } from "@/ui/hooks";
import { Name, visible } from "@/ui/name";
import { Facts, Page, Panel, useTitle } from "@/ui/page";
import { QueryState, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Tabs } from "@/ui/tabs";
import { Time } from "@/ui/time";
import { bytes, count } from "@/ui/units";
import { Compare } from "./compare";
import { RestoreDialog } from "./restore-dialog";

export default function BackupPage() {
  const id = usePathParam("id");
  const backup = useQuery(get("/api/v1/config/backups/{backup_id}", { path: { backup_id: id } }));
  useTitle(backup.data ? `${backup.data.device_name}, backup` : "Backup");
  return (
    <QueryState query={backup} skeleton={<Skeleton lines={12} className="p-5" />}>
      {(row) => <Backup row={row} />}
    </QueryState>
  );
}

function Backup({ row }: { row: Schemas["BackupBody"] }) {
  const can = useCan();
  const [{ tab = "text" }, set] = useUrlState();
  const [tagging, setTagging] = useState(false);
  const [restoring, setRestoring] = useState(false);
  return (
    <Page
      title={<Name>{row.device_name}</Name>}
      subtitle={
        <span className="flex flex-wrap items-center gap-2">
          found <Time at={row.at} /> {row.tag && <StatusBadge state={row.tag} tone={row.tag === "stable" ? "ok" : "note"} />}
          <Link className="text-accent underline" to={`/devices/${row.device_id}` as never}>Device</Link>
          <Link className="text-accent underline" to="/configs" search={{ device: row.device_id } as never}>All its backups</Link>
        </span>
      }
      actions={
        can("engineer") && (
          <>
            <Button icon={Tag} onClick={() => { setTagging(true); }}>Tag and note</Button>
            <Button icon={History} onClick={() => { setRestoring(true); }}>Restore …</Button>
          </>
        )
      }
    >
      <Panel>
        <Facts
          className="sm:grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1fr)]"
          items={[
            ["Platform", row.platform],
            ["Size", `${count(row.lines)} lines, ${bytes(row.size_bytes)}`],
            ["Changed by", row.author_by ? <span key="author"><Name wrap>{row.author_by}</Name>{row.author_at && <span className="text-muted">, {visible(row.author_at)} by its clock</span>}</span> : "the device does not tell"],
            ["Read because", row.reason || row.cause],
            ["Note", row.note && <Name key="note" wrap>{row.note}</Name>],
            ["Tagged", row.tagged_at && <span key="tagged"><Name wrap>{row.tagged_by}</Name>, <Time at={row.tagged_at} /></span>],
          ]}
        />
      </Panel>
      <Tabs
        label="Backup"
        value={tab}
        onChange={(id) => { set({ tab: id === "text" ? undefined : id }); }}
        tabs={[
          { id: "text", label: "Text", content: <Code className="h-[60dvh]" label={`Configuration of ${row.device_name}`} language="config" value={row.text} /> },
          { id: "compare", label: "Compare", content: <Compare row={row} /> },
        ]}
      />
      <TagDialog key={`${row.tag ?? ""}/${row.note}`} open={tagging} onOpenChange={setTagging} row={row} />
      <RestoreDialog open={restoring} onOpenChange={setRestoring} row={row} />
    </Page>
  );
}

const TAGS = [{ value: "", label: "No tag" }, { value: "stable", label: "Stable" }, { value: "experimental", label: "Experimental" }];

function TagDialog({ open, onOpenChange, row }: { open: boolean; onOpenChange: (open: boolean) => void; row: Schemas["BackupRow"] }) {
  const [tag, setTag] = useState(row.tag ?? "");
  const [note, setNote] = useState(row.note);
  const [reason, setReason] = useState("");
  const change = useCommand(
    () =>
      answered(
        client.PATCH("/api/v1/config/backups/{backup_id}", {
          params: { path: { backup_id: row.id } },
          body: { tag: (tag || null) as Schemas["BackupChange"]["tag"], note, reason },
        }),
      ),
    { done: "Kept", onSuccess: () => { onOpenChange(false); } },
  );
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Tag and note"
      footer={
        <>
          <Button onClick={() => { onOpenChange(false); }}>Keep as it is</Button>
          <Button tone="primary" busy={change.isPending} onClick={() => { change.mutate(); }}>Save</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <SelectField label="Tag" options={TAGS} value={tag} onChange={(event) => { setTag(event.target.value); }} />
        <TextArea label="Note" maxLength={2000} value={note} onChange={(event) => { setNote(event.target.value); }} />
        <TextField label="Reason (optional)" value={reason} onChange={(event) => { setReason(event.target.value); }} />
      </div>
    </Dialog>
  );
}
