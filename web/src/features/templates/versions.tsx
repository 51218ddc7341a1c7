/** All versions of a template: compared with the present one, and brought back. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { FileDiff, RotateCcw } from "lucide-react";
import { useState } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { pages, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { CodeDiff } from "@/ui/code";
import { Panel } from "@/ui/page";
import { useAsk } from "@/ui/reason-dialog";
import { Failure, Skeleton } from "@/ui/states";
import { Time } from "@/ui/time";

export function Versions({ template }: { template: Schemas["TemplateRow"] }) {
  const can = useCan();
  const ask = useAsk();
  const [compared, setCompared] = useState<number | null>(null);
  const list = useInfiniteQuery(pages("/api/v1/config/templates/{template}/versions", { path: { template: template.id } }, 50));
  const items = (list.data?.pages ?? []).flatMap((page) => page.items);
  const old = items.find(({ version }) => version === compared);
  const restore = useCommand(
    ({ version, reason }: { version: number; reason: string }) =>
      answered(client.POST("/api/v1/config/templates/{template}/versions/{version}/restore", { params: { path: { template: template.id, version } }, body: { reason } })),
    { done: ({ version }) => `It is version ${String(version)} now` },
  );
  async function bringBack(version: number) {
    const given = await ask({ title: `Bring version ${String(version)} back?`, description: "It becomes a new version; none is lost.", confirm: "Bring back" });
    if (given) restore.mutate({ version, reason: given.reason });
  }
  if (list.isError && !list.data) return <Failure error={list.error} retry={() => void list.refetch()} />;
  return (
    <div className="flex flex-col gap-4">
      <Panel flush>
        {list.isPending ? (
          <Skeleton className="p-3" />
        ) : (
          <ol className="divide-y divide-line">
            {items.map((each) => (
              <li key={each.version} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-sm">
                <span className="w-20 font-medium">Version {each.version}</span>
                <span className="min-w-0 flex-1 text-muted">
                  <Time at={each.at} /> by <bdi>{each.by}</bdi>
                  {each.restored_from !== null && `, version ${String(each.restored_from)} brought back`}
                  {each.reason && <>: “<bdi>{each.reason}</bdi>”</>}
                </span>
                {each.version === template.version ? (
                  <span className="text-xs text-muted">the present one</span>
                ) : (
                  <>
                    <Button small icon={FileDiff} aria-pressed={compared === each.version} onClick={() => { setCompared(compared === each.version ? null : each.version); }}>Compare</Button>
                    {can("engineer") && <Button small icon={RotateCcw} busy={restore.isPending} onClick={() => void bringBack(each.version)}>Bring back</Button>}
                  </>
                )}
              </li>
            ))}
          </ol>
        )}
        {list.hasNextPage && (
          <div className="border-t border-line p-2">
            <Button small busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Earlier</Button>
          </div>
        )}
      </Panel>
      {old && (
        <Panel title={`Version ${String(old.version)} and the present one`}>
          <CodeDiff label="Versions" language="jinja" before={old.body} after={template.body} />
          {JSON.stringify(old.variables) !== JSON.stringify(template.variables) && (
            <div className="mt-3">
              <h3 className="mb-1 text-sm font-semibold">Variables</h3>
              <CodeDiff label="Variables" language="json" unified before={JSON.stringify(old.variables, null, 2)} after={JSON.stringify(template.variables, null, 2)} className="h-64" />
            </div>
          )}
        </Panel>
      )}
    </div>
  );
}
