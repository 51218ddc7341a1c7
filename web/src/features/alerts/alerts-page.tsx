/** Alerts, the rules that raise them, and the silences that keep them quiet. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/query";
import { useUrlState } from "@/ui/hooks";
import { Page } from "@/ui/page";
import { StatusBadge } from "@/ui/status";
import { Tabs } from "@/ui/tabs";
import { count } from "@/ui/units";
import { AlertList } from "./alert-list";
import { RuleList } from "./rule-list";
import { SilenceList } from "./silence-list";

const SEVERITIES = ["critical", "high", "medium", "low", "info"];

export default function AlertsPage() {
  const [{ tab = "alerts" }, set] = useUrlState();
  const summary = useQuery(get("/api/v1/alerts/summary"));
  const standing = summary.data?.by_severity ?? {};
  return (
    <Page
      title="Alerts"
      wide
      subtitle={
        <span className="flex flex-wrap gap-x-3 gap-y-1">
          {SEVERITIES.filter((each) => standing[each]).map((each) => (
            <span key={each} className="inline-flex items-center gap-1">
              <StatusBadge state={each} /> {count(standing[each])}
            </span>
          ))}
          {summary.data && SEVERITIES.every((each) => !standing[each]) && "Nothing stands."}
        </span>
      }
    >
      <Tabs
        label="Alerts"
        value={tab}
        onChange={(id) => { set({ tab: id === "alerts" ? undefined : id, sort: undefined }); }}
        tabs={[
          { id: "alerts", label: "Alerts", content: <AlertList /> },
          { id: "rules", label: "Rules", content: <RuleList /> },
          { id: "silences", label: "Silences", content: <SilenceList /> },
        ]}
      />
    </Page>
  );
}
