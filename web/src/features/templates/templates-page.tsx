/** All templates of configurations. */
import { Link } from "@tanstack/react-router";
import { FileCode2, Plus } from "lucide-react";
import type { Schemas } from "@/api/client";
import { useCan } from "@/api/session";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Page } from "@/ui/page";
import { SearchField } from "@/ui/search-field";
import { Message } from "@/ui/states";
import { Chip } from "@/ui/status";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";

type Row = Schemas["TemplateRow"];

const COLUMNS: readonly Column<Row>[] = [
  { id: "name", header: "Template", cell: (row) => <Name>{row.name}</Name>, value: (row) => row.name, width: 200, grow: 2, phone: "title" },
  { id: "description", header: "For", cell: (row) => <Name fallback="–">{row.description}</Name>, value: (row) => row.description, width: 240, grow: 3, phone: "line" },
  {
    id: "platforms",
    header: "Platforms",
    cell: (row) => (row.platforms.length ? <span className="flex gap-1 overflow-hidden">{row.platforms.map((each) => <Chip key={each}>{each}</Chip>)}</span> : "all"),
    value: (row) => row.platforms,
    width: 180,
    grow: 2,
  },
  { id: "variables", header: "Variables", cell: (row) => row.variables.length, value: (row) => row.variables.length, width: 90, grow: 0, align: "right" },
  { id: "version", header: "Version", cell: (row) => row.version, value: (row) => row.version, width: 80, grow: 0, align: "right" },
  { id: "changed", header: "Changed", cell: (row) => <><Time at={row.changed_at} relative /> by <bdi>{row.changed_by}</bdi></>, value: (row) => row.changed_at, width: 180, phone: "side" },
];

export function newTemplateLink(label: string) {
  return (
    <Link to="/templates/new" className="inline-flex h-8 items-center gap-1.5 rounded-md bg-accent px-3 text-sm font-medium text-on-accent hover:opacity-90">
      <Plus aria-hidden className="size-4" />
      {label}
    </Link>
  );
}

export default function TemplatesPage() {
  const [{ q = "" }, set] = useUrlState();
  const can = useCan();
  return (
    <Page title="Templates" subtitle="Configurations with variables: previewed for a device, applied to many in waves." wide actions={can("engineer") && newTemplateLink("New template")}>
      <DataTable
        id="templates"
        label="Templates"
        path="/api/v1/config/templates"
        query={{ q }}
        columns={COLUMNS}
        rowId={(row) => row.id}
        rowLink={(row) => `/templates/${row.id}`}
        filters={<SearchField label="Search" placeholder="Name or description" value={q} onSearch={(text) => { set({ q: text || undefined }); }} className="w-56" />}
        empty={
          <Message icon={FileCode2} title={q ? "No template is called so" : "No templates yet"}>
            A template is a piece of configuration with variables in it, such as <code>ntp server {"{{ server }}"}</code>. Write one, look at what it makes of a device, then apply it.
          </Message>
        }
      />
    </Page>
  );
}
