/** "Which devices contain X", now or as of a moment. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { useState, type FormEvent } from "react";
import { read } from "@/api/query";
import { Button } from "@/ui/button";
import { CheckField, TextField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { Failure, Message, Skeleton } from "@/ui/states";
import { MomentField } from "@/ui/moment-field";
import { bytes, count } from "@/ui/units";

export function SearchConfigs() {
  const [{ find = "", regex = "", as_of = "" }, set] = useUrlState();
  const [moment, setMoment] = useState<number | null>(as_of ? new Date(as_of).getTime() : null);
  const found = useInfiniteQuery({
    queryKey: ["/api/v1/config/search", find, regex, as_of],
    queryFn: ({ pageParam, signal }) =>
      read("/api/v1/config/search", { query: { ...(regex ? { regex: find } : { q: find }), as_of: as_of || undefined, limit: 50, cursor: pageParam } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled: find !== "",
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    set({ find: String(form.get("find") ?? ""), regex: form.get("regex") === "on" ? "true" : undefined, as_of: moment === null ? undefined : new Date(moment).toISOString() }, true);
  }

  const pages = found.data?.pages ?? [];
  const items = pages.flatMap((page) => page.items);
  const scanned = pages.reduce((sum, page) => sum + page.scanned, 0);
  const size = pages.reduce((sum, page) => sum + page.scanned_bytes, 0);
  return (
    <div className="flex flex-col gap-4">
      <form onSubmit={submit} className="flex flex-wrap items-start gap-3" role="search">
        <TextField label="Contains" name="find" type="search" defaultValue={find} required maxLength={500} mono className="min-w-64 flex-1" />
        <CheckField label="Regular expression" name="regex" defaultChecked={regex === "true"} className="sm:pt-6" />
        <MomentField eager optional label="As of (empty: now)" at={moment} onMoment={setMoment} className="w-52" />
        <Button type="submit" tone="primary" className="mt-5" busy={found.isFetching && items.length === 0}>Search</Button>
      </form>
      {find === "" ? (
        <Message icon={SearchX} title="Nothing searched for yet">Words or a regular expression (RE2) through the configurations of all devices. Secrets are tokens, and cannot be searched for.</Message>
      ) : found.isPending ? (
        <Skeleton lines={6} />
      ) : found.isError && items.length === 0 ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : (
        <>
          <p className="text-sm text-muted" aria-live="polite">
            {count(items.length)} devices of {count(scanned)} have it; {bytes(size)} looked through.
          </p>
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
            {items.map((each) => (
              <li key={each.device_id} className="px-3 py-2">
                <div className="flex flex-wrap items-center gap-x-3 text-sm">
                  <Link className="min-w-0 font-medium hover:underline" to={`/configs/${each.backup_id}` as never}><Name>{each.device_name}</Name></Link>
                  <span className="text-xs text-muted">{each.platform}</span>
                </div>
                <ul className="mt-1 font-mono text-xs">
                  {each.lines.map((line) => (
                    <li key={line.number} className="flex gap-3">
                      <span className="w-10 shrink-0 text-right text-muted tabular-nums">{line.number}</span>
                      <Name wrap>{line.line}</Name>
                    </li>
                  ))}
                  {each.more && <li className="pl-13 text-muted">and more lines</li>}
                </ul>
              </li>
            ))}
          </ul>
          {found.hasNextPage && <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>Look at more devices</Button>}
        </>
      )}
    </div>
  );
}
