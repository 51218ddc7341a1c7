/** A new policy. */
import { useNavigate } from "@tanstack/react-router";
import { Page } from "@/ui/page";
import { PolicyForm } from "./policy-form";

export default function NewPolicyPage() {
  const navigate = useNavigate();
  return (
    <Page title="New policy" subtitle="Rules that look at one line of a configuration at a time.">
      <PolicyForm onSaved={({ id }) => void navigate({ to: `/policies/${id}` as never })} onCancel={() => void navigate({ to: "/compliance", search: { tab: "policies" } as never })} />
    </Page>
  );
}
