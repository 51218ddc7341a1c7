/** Saved views: filters, order and columns under a name, kept with the user, so that they follow to another browser. */
import { useQuery } from "@tanstack/react-query";
import { Bookmark, Save, Trash2 } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { Button } from "../button";
import { Dialog } from "../dialog";
import { TextField } from "../field";
import { useUrlState } from "../hooks";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../menu";
import { readOlder, forgetOlder } from "./older-views";

type View = Schemas["SavedView"];
const FRESH_MS = 5 * 60_000;

export function Views({ table, visibility, onVisibility }: {
  table: string;
  visibility: Record<string, boolean>;
  onVisibility: (visibility: Record<string, boolean>) => void;
}) {
  const kept = useQuery({ ...get("/api/v1/users/me/views", { query: { table, limit: 500 } }), staleTime: FRESH_MS });
  const views = kept.data?.items ?? [];
  const [search, setSearch] = useUrlState();
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const save = useCommand((view: View) => keep(view), { done: ({ name: saved }) => `View “${saved}” saved`, onSuccess: () => { setNaming(false); } });
  const forget = useCommand(
    (gone: string) => answered(client.DELETE("/api/v1/users/me/views", { params: { query: { table, name: gone } }, body: null })),
    { done: (gone) => `View “${gone.name}” forgotten` },
  );
  useTakenOver(table, kept.data?.items, () => void kept.refetch());

  function open(view: View) {
    const dropped = Object.fromEntries(Object.keys(search).map((key) => [key, undefined]));
    setSearch({ ...dropped, ...view.search }, true);
    onVisibility(view.columns ?? {});
  }
  function onSave(event: FormEvent) {
    event.preventDefault();
    const filters = Object.fromEntries(Object.entries(search).filter((each): each is [string, string] => each[1] !== undefined));
    save.mutate({ table, name: name.trim(), search: filters, columns: visibility });
  }

  return (
    <>
      <Menu trigger={<Button icon={Bookmark} tone="quiet">Views</Button>}>
        <MenuLabel>Saved views</MenuLabel>
        {views.length === 0 && (
          <p className="max-w-52 px-2 py-1 text-xs text-muted">
            {kept.isPending ? "Loading …" : kept.isError ? "They cannot be read now." : "Filter and sort as you like, then save it under a name."}
          </p>
        )}
        {views.map((view) => (
          <MenuItem key={view.name} onSelect={() => { open(view); }}>
            <span className="max-w-60 truncate">{view.name}</span>
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem icon={Save} onSelect={() => { setName(""); setNaming(true); }}>Save this view…</MenuItem>
        {views.map((view) => (
          <MenuItem key={view.name} icon={Trash2} danger onSelect={() => { forget.mutate(view.name); }}>
            <span className="max-w-60 truncate">Forget “{view.name}”</span>
          </MenuItem>
        ))}
      </Menu>
      <Dialog
        open={naming}
        onOpenChange={setNaming}
        title="Save this view"
        description="Filters, order and columns as they are now; you find it again wherever you log in."
        footer={<Button type="submit" form="view-form" tone="primary" busy={save.isPending} disabled={!name.trim()}>Save</Button>}
      >
        <form id="view-form" onSubmit={onSave}>
          <TextField label="Name" value={name} maxLength={60} autoFocus onChange={(event) => { setName(event.target.value); }} />
        </form>
      </Dialog>
    </>
  );
}

function keep(view: View): Promise<View> {
  return answered(client.PUT("/api/v1/users/me/views", { body: { ...view, reason: "" } }));
}

/** What an earlier version kept in this browser alone goes to the server once; what is there already stays as it is. */
function useTakenOver(table: string, known: readonly View[] | undefined, done: () => void) {
  const taking = useRef(false);
  useEffect(() => {
    const older = known && readOlder(table);
    if (!older || taking.current) return;
    taking.current = true;
    void (async () => {
      for (const view of older) if (known.every(({ name }) => name !== view.name)) await keep({ ...view, table });
      forgetOlder(table);
      done();
    })().catch(() => undefined); // they stay here, and are taken over when the list is opened again
  }, [table, known, done]);
}
