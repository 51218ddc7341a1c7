/** A new template. */
import { useNavigate } from "@tanstack/react-router";
import { Page } from "@/ui/page";
import { TemplateForm } from "./template-form";

export default function NewTemplatePage() {
  const navigate = useNavigate();
  return (
    <Page title="New template" subtitle="Text with variables in the Jinja language; it runs in a sandbox.">
      <TemplateForm onSaved={({ id }) => void navigate({ to: `/templates/${id}` as never })} onCancel={() => void navigate({ to: "/templates" as never })} />
    </Page>
  );
}
