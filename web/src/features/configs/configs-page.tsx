/** Configurations: what devices run and ran, and search through all of them. */
import { DatabaseBackup } from "lucide-react";
import { answered, client } from "@/api/client";
import { useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { useUrlState } from "@/ui/hooks";
import { Page } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Tabs } from "@/ui/tabs";
import { BackupList } from "./backup-list";
import { HostKeys } from "./host-keys";
import { SearchConfigs } from "./search-configs";

export default function ConfigsPage() {
  const [{ tab = "backups" }, set] = useUrlState();
  const can = useCan();
  const ask = useAsk();
  const all = useCommand((reason: string) => answered(client.POST("/api/v1/config/backup", { body: { all: true, reason } })), {
    done: "Reading all devices; the tray shows how far it is",
  });

  async function backUpAll() {
    const given = await ask({ title: "Back up all devices now?", description: "Only what has changed becomes a new backup.", confirm: "Back up" });
    if (given) all.mutate(given.reason);
  }

  return (
    <Page
      title="Configurations"
      wide
      subtitle="One backup for each configuration that a device was found with. Secrets show as tokens: equal tokens are equal secrets."
      actions={can("engineer") && <Button icon={DatabaseBackup} busy={all.isPending} onClick={() => void backUpAll()}>Back up all</Button>}
    >
      <Tabs
        label="Configurations"
        value={tab}
        onChange={(id) => { set({ tab: id === "backups" ? undefined : id }); }}
        tabs={[
          { id: "backups", label: "Backups", content: <BackupList /> },
          { id: "search", label: "Search", content: <SearchConfigs /> },
          { id: "host-keys", label: "Host keys", content: <HostKeys /> },
        ]}
      />
    </Page>
  );
}
