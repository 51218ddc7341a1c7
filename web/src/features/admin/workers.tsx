/** The worker processes that live: where, since when, and what they do. */
import { useQuery } from "@tanstack/react-query";
import { ServerCog } from "lucide-react";
import { get } from "@/api/query";
import { PlainTable } from "@/ui/plain-table";
import { Message, QueryState } from "@/ui/states";
import { Chip } from "@/ui/status";
import { Time } from "@/ui/time";
import { count } from "@/ui/units";

const AGAIN_MS = 5_000;

export function Workers() {
  const workers = useQuery({ ...get("/api/v1/workers"), refetchInterval: AGAIN_MS });
  return (
    <QueryState query={workers} empty={<Message icon={ServerCog} title="No worker gives a sign of life">Read models stand still and no device is asked. Start one with `netledger worker`, or look into the logs for why it ended.</Message>}>
      {({ items }) => (
        <PlainTable
          label="Workers"
          rows={items}
          rowKey={({ id }) => id}
          columns={[
            { header: "Host", cell: ({ host }) => host },
            { header: "Process", align: "right", cell: ({ pid }) => String(pid) },
            { header: "Takes", cell: ({ services }) => <span className="flex flex-wrap gap-1">{services.map((each) => <Chip key={each}>{each}</Chip>)}</span> },
            { header: "Routers", align: "right", wide: true, cell: ({ routers }) => count(routers) },
            { header: "Started", align: "right", wide: true, cell: ({ started_at }) => <Time at={started_at} relative /> },
            { header: "Seen", align: "right", cell: ({ seen_at }) => <Time at={seen_at} relative /> },
          ]}
        />
      )}
    </QueryState>
  );
}
