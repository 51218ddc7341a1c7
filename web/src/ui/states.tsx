/** What a page shows while it has no data, or old data: one component for loading, refused, failed, empty and stale. */
import type { UseQueryResult } from "@tanstack/react-query";
import { CloudOff, Inbox, Lock, RotateCw, SearchX, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError, messageOf } from "@/api/errors";
import { Button } from "./button";
import { cn } from "./cn";
import { Time } from "./time";

export function Message({ icon: Icon = Inbox, title, as: Title = "p", children, action, className }: {
  icon?: LucideIcon;
  title: string;
  /** A heading where it stands for the whole page. */
  as?: "h1" | "h2" | "p";
  /** What to do next. */
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn("flex flex-col items-center gap-2 px-4 py-10 text-center", className)}>
      <Icon aria-hidden className="size-7 text-muted" />
      <Title className="text-base font-medium">{title}</Title>
      {children && <div className="max-w-prose text-sm break-words text-muted">{children}</div>}
      {action}
    </div>
  );
}

/** Grey bars where lines will be: the layout does not jump. */
export function Skeleton({ lines = 4, className }: { lines?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={cn("flex flex-col gap-2.5", className)}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="h-4 animate-pulse rounded bg-idle-soft" style={{ width: `${String(92 - ((index * 17) % 45))}%` }} />
      ))}
    </div>
  );
}

export function Failure({ error, retry, compact }: { error: unknown; retry?: () => void; compact?: boolean }) {
  const status = error instanceof ApiError ? error.status : -1;
  const className = compact ? "py-4" : undefined;
  const as = compact ? "p" : "h2";
  if (status === 403)
    return (
      <Message icon={Lock} title="Your role does not allow this" as={as} className={className}>
        {messageOf(error)} An admin can change your role.
      </Message>
    );
  if (status === 404)
    return (
      <Message icon={SearchX} title="There is no such thing" as={as} className={className}>
        {messageOf(error)}
      </Message>
    );
  const away = error instanceof ApiError && error.passing;
  return (
    <Message
      icon={away ? CloudOff : TriangleAlert}
      title={away ? "The server is away" : "This could not be loaded"}
      as={as}
      className={className}
      action={retry && <Button icon={RotateCw} onClick={retry}>Try again</Button>}
    >
      {messageOf(error)}
      {error instanceof ApiError && error.requestId && <span className="mt-1 block font-mono text-xs">request {error.requestId}</span>}
    </Message>
  );
}

/** Over data that could not be refreshed. */
export function StaleNote({ since, error, retry }: { since: number; error?: unknown; retry?: () => void }) {
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-2 gap-y-1 rounded-md border border-line bg-warn-soft px-3 py-1.5 text-sm text-warn">
      <CloudOff aria-hidden className="size-4" />
      <span className="min-w-0 flex-1">
        As of <Time at={since} style="short" />, not refreshed since{error ? `: ${messageOf(error)}` : "."}
      </span>
      {retry && <Button small tone="quiet" onClick={retry}>Try again</Button>}
    </div>
  );
}

/** `<QueryState query={devices} empty={...}>{(data) => ...}</QueryState>` */
export function QueryState<Data>({ query, skeleton, empty, isEmpty, compact, children }: {
  query: UseQueryResult<Data>;
  skeleton?: ReactNode;
  empty?: ReactNode;
  isEmpty?: (data: Data) => boolean;
  compact?: boolean;
  children: (data: Data) => ReactNode;
}) {
  const retry = () => void query.refetch();
  if (query.data === undefined)
    return query.isError ? <Failure error={query.error} retry={retry} compact={compact} /> : (skeleton ?? <Skeleton className="p-3" />);
  const none = isEmpty ? isEmpty(query.data) : Array.isArray((query.data as { items?: unknown }).items) && (query.data as unknown as { items: unknown[] }).items.length === 0;
  return (
    <>
      {query.isRefetchError && <div className="mb-3"><StaleNote since={query.dataUpdatedAt} error={query.error} retry={retry} /></div>}
      {none && empty !== undefined ? empty : children(query.data)}
    </>
  );
}
