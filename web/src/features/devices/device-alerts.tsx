/** What was raised about this device. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BellOff } from "lucide-react";
import { get } from "@/api/query";
import { Name } from "@/ui/name";
import { Message, QueryState } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { PlainTable } from "@/ui/plain-table";

export function DeviceAlerts({ device }: { device: string }) {
  const alerts = useQuery(get("/api/v1/alerts", { query: { device_id: device, limit: 100 } }));
  return (
    <QueryState query={alerts} empty={<Message icon={BellOff} title="No alert was ever raised about this device" />}>
      {({ items }) => (
        <PlainTable
          label="Alerts"
          rows={items}
          rowKey={({ id }) => id}
          columns={[
            { header: "Alert", cell: (row) => <Link className="font-medium hover:text-accent hover:underline" to={`/alerts/${row.id}` as never}><Name wrap>{row.title}</Name></Link> },
            { header: "Severity", cell: (row) => <StatusBadge state={row.severity} /> },
            { header: "State", wide: true, cell: (row) => <StatusBadge state={row.state} /> },
            { header: "Raised", align: "right", cell: (row) => <Time at={row.raised_at} relative /> },
            { header: "Resolved", align: "right", wide: true, cell: (row) => <Time at={row.resolved_at} relative /> },
            { header: "By", wide: true, cell: (row) => <Name fallback="–">{row.source}</Name> },
          ]}
        />
      )}
    </QueryState>
  );
}
