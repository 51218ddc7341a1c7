/** What happened, newest first, by day: a list of any length, loaded as it is scrolled. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Bot, KeyRound, ScrollText, ShieldCheck, SquareTerminal, User, type LucideIcon } from "lucide-react";
import { useEffect, useMemo, useRef, type ReactNode } from "react";
import type { Schemas } from "@/api/client";
import { pages } from "@/api/query";
import { Button } from "../button";
import { cn } from "../cn";
import { Name } from "../name";
import { Failure, Message, Skeleton, StaleNote } from "../states";
import { Time } from "../time";
import { Changes, type ValueChange } from "./values";

export type Entry = Schemas["Entry"];

export interface AuditFilter {
  device_id?: string;
  customer_id?: string;
  operation_id?: string;
  correlation_id?: string;
  actor?: string;
  type?: string;
  from?: string;
  to?: string;
}

const ACTORS: Record<string, LucideIcon> = { user: User, api_key: KeyRound, cli: SquareTerminal, policy: ShieldCheck, worker: Bot };
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", year: "numeric", month: "short", day: "numeric" });
const AHEAD = 20;

export function actorOf(entry: { actor: unknown }): { kind: string; id: string; name: string } {
  return { kind: "", id: "", name: "", ...(entry.actor as object) };
}

/** "alert acknowledged" of `alert.acknowledged.v1`. */
export function eventWords(type: string): string {
  return type.replace(/\.v\d+$/, "").replaceAll(/[._]/g, " ");
}

export function ActorName({ entry }: { entry: { actor: unknown } }) {
  const { kind, name, id } = actorOf(entry);
  const Icon = ACTORS[kind] ?? Bot;
  return (
    <span className="inline-flex max-w-48 min-w-0 items-baseline gap-1" title={`${kind.replace("_", " ")} ${name || id}`}>
      <Icon aria-label={kind.replace("_", " ")} className="size-3.5 shrink-0 self-center text-muted" />
      <Name>{name || id}</Name>
    </span>
  );
}

export function Timeline({ filter, onOpen, selected, empty, className }: {
  filter: AuditFilter;
  onOpen: (entry: Entry) => void;
  selected?: number | null;
  empty?: ReactNode;
  className?: string;
}) {
  const list = useInfiniteQuery({ ...pages("/api/v1/audit", { query: filter }), staleTime: Infinity, placeholderData: (before) => before });
  const entries = useMemo(() => (list.data?.pages ?? []).flatMap((page) => page.items), [list.data]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: entries.length + (list.hasNextPage ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => 52,
    overscan: 8,
    getItemKey: (index) => entries[index]?.position ?? "more",
  });
  const visible = virtual.getVirtualItems();
  const end = visible.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && end + AHEAD >= entries.length) void fetchNextPage();
  }, [end, entries.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  if (list.data === undefined)
    return list.isError ? <Failure error={list.error} retry={() => void list.refetch()} /> : <Skeleton lines={8} className="p-3" />;
  if (entries.length === 0) return empty ?? <Message icon={ScrollText} title="Nothing happened here yet" />;
  return (
    <div className={cn("flex min-h-0 flex-col gap-2", className)}>
      {list.isRefetchError && <StaleNote since={list.dataUpdatedAt} error={list.error} retry={() => void list.refetch()} />}
      {list.isStale && !list.isFetching && <Button small className="self-start" onClick={() => void list.refetch()}>More has happened: show it</Button>}
      <div ref={scroller} tabIndex={0} role="feed" aria-label="Timeline" aria-busy={list.isFetching} className="min-h-40 flex-1 overflow-y-auto rounded-lg border border-line bg-surface">
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {visible.map(({ index, start, key }) => {
            const entry = entries[index];
            const place = { transform: `translateY(${String(start)}px)` };
            if (!entry)
              return (
                <div key={key} ref={virtual.measureElement} data-index={index} className="absolute inset-x-0 px-3 py-2 text-muted" style={place}>
                  {isFetchNextPageError ? <Button small onClick={() => void fetchNextPage()}>Load more</Button> : "Loading more …"}
                </div>
              );
            const day = DAY.format(new Date(entry.occurred_at));
            const before = entries[index - 1];
            return (
              <article key={key} ref={virtual.measureElement} data-index={index} aria-posinset={index + 1} aria-setsize={list.hasNextPage ? -1 : entries.length} className="absolute inset-x-0" style={place}>
                {(before === undefined || DAY.format(new Date(before.occurred_at)) !== day) && <h3 className="border-b border-line bg-sunken px-3 py-1 text-xs font-medium text-muted">{day}</h3>}
                <Line entry={entry} onOpen={onOpen} selected={selected === entry.position} everywhere={!filter.device_id} />
              </article>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** `everywhere`: the list is not of one device, so each line says of which it is. */
function Line({ entry, onOpen, selected, everywhere }: { entry: Entry; onOpen: (entry: Entry) => void; selected: boolean; everywhere: boolean }) {
  const device = everywhere && entry.device_id && entry.device_name && !entry.summary.includes(entry.device_name) ? entry.device_name : null;
  return (
    <div className={cn("grid grid-cols-[3.5rem_minmax(0,1fr)] gap-x-3 border-b border-line px-3 py-1 sm:grid-cols-[4rem_minmax(0,1fr)_auto] hover:bg-hover", selected && "bg-accent-soft")}>
      <span className="pt-1 text-xs text-muted">
        <Time at={entry.occurred_at} style="clock" />
      </span>
      <div className="min-w-0">
        <div className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <button type="button" className="min-w-0 py-0.5 text-left hover:text-accent hover:underline" onClick={() => { onOpen(entry); }}>
            <Name wrap className="font-medium">{entry.summary || eventWords(entry.type)}</Name>
          </button>
          {device && (
            <Link to={`/devices/${entry.device_id ?? ""}` as never} className="max-w-full min-w-0 py-0.5 text-muted hover:text-accent hover:underline">
              <Name>{device}</Name>
            </Link>
          )}
        </div>
        <div className="text-xs text-muted sm:hidden"><ActorName entry={entry} /></div>
        {entry.reason && <p className="text-xs text-muted">“<Name wrap>{entry.reason}</Name>”</p>}
        {entry.changes.length > 0 && <div className="mt-0.5"><Changes changes={entry.changes as unknown as ValueChange[]} limit={4} /></div>}
      </div>
      <span className="hidden pt-1 text-xs text-muted sm:block"><ActorName entry={entry} /></span>
    </div>
  );
}
