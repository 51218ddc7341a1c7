/** Which rules the configurations of devices break, how that went over time, and the policies that say so. */
import { useCan } from "@/api/session";
import { useUrlState } from "@/ui/hooks";
import { Page } from "@/ui/page";
import { Tabs } from "@/ui/tabs";
import { Analyse } from "./analyse";
import { FindingList } from "./finding-list";
import { PolicyList } from "./policy-list";
import { Trend } from "./trend";

export default function CompliancePage() {
  const [{ tab = "findings" }, set] = useUrlState();
  const can = useCan();
  return (
    <Page title="Compliance" subtitle="Every stored configuration is checked when it changes, and when a policy does." wide>
      <Tabs
        label="Compliance"
        value={tab}
        onChange={(id) => { set({ tab: id === "findings" ? undefined : id, sort: undefined, finding: undefined }); }}
        tabs={[
          { id: "findings", label: "Findings", content: <FindingList /> },
          { id: "trend", label: "Trend", content: <Trend /> },
          { id: "policies", label: "Policies", content: <PolicyList /> },
          ...(can("engineer") ? [{ id: "analyse", label: "Analyse", content: <Analyse /> }] : []),
        ]}
      />
    </Page>
  );
}
