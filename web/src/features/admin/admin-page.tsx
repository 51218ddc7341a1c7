/** Running Netledger itself: who may do what, ways into devices, settings, read models, health, logs. */
import { useUrlState } from "@/ui/hooks";
import { Page } from "@/ui/page";
import { Tabs } from "@/ui/tabs";
import { ApiKeys } from "./api-keys";
import { Credentials } from "./credentials";
import { Logs } from "./logs";
import { Projections } from "./projections";
import { SettingsForm } from "./settings-form";
import { SystemHealth } from "./system-health";
import { Users } from "./users";
import { Workers } from "./workers";

export default function AdminPage() {
  const [{ tab = "system" }, setSearch] = useUrlState();
  return (
    <Page title="Admin">
      <Tabs
        label="Administration"
        value={tab}
        onChange={(next) => { setSearch({ tab: next }, true); }}
        tabs={[
          { id: "system", label: "System", content: <SystemHealth /> },
          { id: "users", label: "Users", content: <Users /> },
          { id: "keys", label: "API keys", content: <ApiKeys /> },
          { id: "credentials", label: "Credentials", content: <Credentials /> },
          { id: "settings", label: "Settings", content: <SettingsForm /> },
          { id: "projections", label: "Projections", content: <Projections /> },
          { id: "workers", label: "Workers", content: <Workers /> },
          { id: "logs", label: "Logs", content: <Logs /> },
        ]}
      />
    </Page>
  );
}
