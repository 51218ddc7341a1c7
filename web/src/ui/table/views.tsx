/** Saved views: filters, order and columns under a name, kept in this browser. */
import { Bookmark, Save, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button } from "../button";
import { Dialog } from "../dialog";
import { TextField } from "../field";
import { useRemembered, useUrlState, type UrlState } from "../hooks";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../menu";

interface View {
  name: string;
  search: UrlState;
  hidden: Record<string, boolean>;
}

export function Views({ table, visibility, onVisibility }: {
  table: string;
  visibility: Record<string, boolean>;
  onVisibility: (visibility: Record<string, boolean>) => void;
}) {
  const [views, setViews] = useRemembered<View[]>(`views.${table}`, []);
  const [search, setSearch] = useUrlState();
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");

  function open(view: View) {
    const dropped = Object.fromEntries(Object.keys(search).map((key) => [key, undefined]));
    setSearch({ ...dropped, ...view.search }, true);
    onVisibility(view.hidden);
  }
  function save(event: FormEvent) {
    event.preventDefault();
    const view = { name: name.trim(), search: { ...search }, hidden: visibility };
    setViews([...views.filter((each) => each.name !== view.name), view].sort((a, b) => a.name.localeCompare(b.name)));
    setNaming(false);
  }

  return (
    <>
      <Menu trigger={<Button icon={Bookmark} tone="quiet">Views</Button>}>
        <MenuLabel>Saved views</MenuLabel>
        {views.length === 0 && <p className="max-w-52 px-2 py-1 text-xs text-muted">Filter and sort as you like, then save it under a name.</p>}
        {views.map((view) => (
          <MenuItem key={view.name} onSelect={() => { open(view); }}>
            <span className="max-w-60 truncate">{view.name}</span>
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem icon={Save} onSelect={() => { setName(""); setNaming(true); }}>Save this view…</MenuItem>
        {views.map((view) => (
          <MenuItem key={view.name} icon={Trash2} danger onSelect={() => { setViews(views.filter((each) => each.name !== view.name)); }}>
            <span className="max-w-60 truncate">Forget “{view.name}”</span>
          </MenuItem>
        ))}
      </Menu>
      <Dialog
        open={naming}
        onOpenChange={setNaming}
        title="Save this view"
        description="Filters, order and columns as they are now."
        footer={<Button type="submit" form="view-form" tone="primary" disabled={!name.trim()}>Save</Button>}
      >
        <form id="view-form" onSubmit={save}>
          <TextField label="Name" value={name} maxLength={60} autoFocus onChange={(event) => { setName(event.target.value); }} />
        </form>
      </Dialog>
    </>
  );
}
