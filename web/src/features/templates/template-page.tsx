/** One template: what it says, previewed, applied, and all its versions. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { usePathParam, useUrlState } from "@/ui/hooks";
import { Name, visible } from "@/ui/name";
import { Page, Panel, useTitle } from "@/ui/page";
import { PlainTable } from "@/ui/plain-table";
import { useAsk } from "@/ui/reason-dialog";
import { QueryState, Skeleton } from "@/ui/states";
import { Chip } from "@/ui/status";
import { Tabs } from "@/ui/tabs";
import { Time } from "@/ui/time";
import { Apply } from "./apply";
import { StoredPreview } from "./preview";
import { TemplateForm } from "./template-form";
import { defaultText, drafted, type Draft } from "./variables";
import { Versions } from "./versions";

type Template = Schemas["TemplateRow"];

export default function TemplatePage() {
  const id = usePathParam("id");
  const template = useQuery(get("/api/v1/config/templates/{template}", { path: { template: id } }));
  useTitle(template.data?.name ?? "Template");
  return (
    <QueryState query={template} skeleton={<Skeleton lines={10} className="p-5" />}>
      {(row) => <Known key={row.id} row={row} />}
    </QueryState>
  );
}

function Known({ row }: { row: Template }) {
  const [{ tab = "template", edit }, set] = useUrlState();
  const can = useCan();
  const ask = useAsk();
  const navigate = useNavigate();
  const [typed, setTyped] = useState<Draft>({});
  const draft = { ...drafted(row.variables), ...typed };
  const remove = useCommand((reason: string) => answered(client.DELETE("/api/v1/config/templates/{template}", { params: { path: { template: row.id } }, body: { reason } })), {
    done: "Deleted",
    onSuccess: () => void navigate({ to: "/templates" as never }),
  });
  async function destroy() {
    const given = await ask({ title: `Delete ${visible(row.name)}?`, description: "What was applied stays on the devices. The audit can bring the template back.", confirm: "Delete", danger: true });
    if (given) remove.mutate(given.reason);
  }

  if (edit && can("engineer"))
    return (
      <Page title={<>Change <Name className="inline!">{row.name}</Name></>} subtitle="Every change is a new version; an older one can be brought back.">
        <TemplateForm template={row} onSaved={() => { set({ edit: undefined }); }} onCancel={() => { set({ edit: undefined }); }} />
      </Page>
    );
  return (
    <Page
      title={<Name>{row.name}</Name>}
      subtitle={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span>version {row.version}, <Time at={row.changed_at} relative /> by <bdi>{row.changed_by}</bdi></span>
          {row.platforms.length ? row.platforms.map((each) => <Chip key={each}>{each}</Chip>) : <span>for all platforms</span>}
          {row.description && <Name wrap>{row.description}</Name>}
        </span>
      }
      actions={
        can("engineer") && (
          <>
            <Button icon={Pencil} onClick={() => { set({ edit: "1" }, true); }}>Change</Button>
            <Button icon={Trash2} busy={remove.isPending} onClick={() => void destroy()}>Delete</Button>
          </>
        )
      }
    >
      <Tabs
        label="About this template"
        value={tab}
        onChange={(id) => { set({ tab: id === "template" ? undefined : id }); }}
        tabs={[
          { id: "template", label: "Template", content: <Content row={row} /> },
          ...(can("engineer")
            ? [
                { id: "preview", label: "Preview", content: <Panel><StoredPreview template={row} draft={draft} onDraft={setTyped} /></Panel> },
                { id: "apply", label: "Apply", content: <Apply template={row} draft={draft} onDraft={setTyped} /> },
              ]
            : []),
          { id: "versions", label: "Versions", count: row.version, content: <Versions template={row} /> },
        ]}
      />
    </Page>
  );
}

function Content({ row }: { row: Template }) {
  return (
    <div className="flex flex-col gap-4">
      <Code label="Text of the template" language="jinja" value={row.body} className="h-96" />
      {row.variables.length > 0 && (
        <PlainTable
          label="Variables"
          rows={row.variables}
          rowKey={({ name }) => name}
          columns={[
            { header: "Variable", cell: (each) => <code>{each.name}</code> },
            { header: "Label", cell: (each) => <Name fallback="–">{each.label}</Name>, wide: true },
            { header: "Type", cell: (each) => (each.type === "list" ? `list of ${each.items ?? "string"}` : each.type === "choice" ? `one of ${(each.choices ?? []).join(", ")}` : (each.type ?? "string")) },
            { header: "Required", cell: (each) => (each.required === false ? "no" : "yes") },
            { header: "Default", cell: (each) => <Name fallback="–">{defaultText(each).replaceAll("\n", ", ")}</Name> },
            { header: "Help", cell: (each) => <Name fallback="–" wrap>{each.help}</Name>, wide: true },
          ]}
        />
      )}
    </div>
  );
}
