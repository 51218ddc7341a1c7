/**
 * A list of the API as a table: filtered, sorted and paged by the server, drawn only where it is looked at, with chosen columns,
 * saved views, selection and CSV. On a phone each row is a card.
 */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { getCoreRowModel, useReactTable, type ColumnDef, type RowSelectionState, type VisibilityState } from "@tanstack/react-table";
import { ArrowDown, ArrowUp, Columns3, Download, RotateCw } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { messageOf } from "@/api/errors";
import { pages, read, type GetPath, type ItemOf } from "@/api/query";
import { Button } from "../button";
import { cn } from "../cn";
import { download, toCsv } from "../csv";
import { useMediaQuery, useRemembered, useUrlState } from "../hooks";
import { Menu, MenuCheck, MenuLabel } from "../menu";
import { Failure, Skeleton, StaleNote } from "../states";
import { toast } from "../toast-store";
import { count } from "../units";
import { leastWidth, nextSort, template, type Column } from "./column";
import { Rows, type RowsHandle } from "./rows";
import { Views } from "./views";

const PAGE = 200;
const CSV_ROWS = 50_000;

export interface DataTableProps<P extends GetPath> {
  /** Names the table for saved views and chosen columns. */
  id: string;
  label: string;
  path: P;
  /** Parameters in the path, as `{device}`. */
  pathParams?: Record<string, string>;
  /** Filters, as the API names them; empty ones are left out. */
  query?: Record<string, unknown>;
  columns: readonly Column<ItemOf<P>>[];
  rowId: (row: ItemOf<P>) => string;
  /** Where a row leads: its first cell becomes the link. */
  rowLink?: (row: ItemOf<P>) => string;
  onRow?: (row: ItemOf<P>) => void;
  /** The order without a choice, as the server's own; for the arrow alone. */
  defaultSort?: string;
  /** Filter fields, left of the toolbar. */
  filters?: ReactNode;
  /** Actions on what is selected; without it nothing can be selected. */
  bulk?: ((rows: ItemOf<P>[], clear: () => void) => ReactNode) | undefined;
  empty: ReactNode;
  /** Height of the scrolled part; the default fills the window. */
  className?: string;
  rowClass?: (row: ItemOf<P>) => string | undefined;
}

export function DataTable<P extends GetPath>(props: DataTableProps<P>) {
  type Row = ItemOf<P>;
  const { id, label, path, pathParams, query: filters, columns, rowId, rowLink, onRow, bulk } = props;
  const [search, setSearch] = useUrlState();
  const sort = search.sort;
  const [visibility, setVisibility] = useRemembered<VisibilityState>(`columns.${id}`, {});
  const [selection, setSelection] = useState<RowSelectionState>({});
  const phone = useMediaQuery("(max-width: 639px)");
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<RowsHandle>(null);
  const [active, setActive] = useState(-1);

  const params = { path: pathParams, query: { ...filters, sort } } as unknown as Parameters<typeof pages<P>>[1];
  const list = useInfiniteQuery({ ...pages(path, params, PAGE), staleTime: Infinity, placeholderData: (before) => before });
  const rows = useMemo(() => (list.data?.pages ?? []).flatMap((page) => (page as { items: Row[] }).items), [list.data]);
  const first = list.data?.pages[0] as { total?: number | null } | undefined;
  const total = first?.total ?? (list.hasNextPage ? null : rows.length);

  const definitions = useMemo<ColumnDef<Row>[]>(() => columns.map((each) => ({ id: each.id, header: each.header })), [columns]);
  const table = useReactTable<Row>({
    data: rows,
    columns: definitions,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    manualSorting: true,
    manualFiltering: true,
    enableRowSelection: bulk !== undefined,
    state: { rowSelection: selection, columnVisibility: visibility },
    onRowSelectionChange: setSelection,
  });
  const shown = useMemo(() => columns.filter((each) => visibility[each.id] ?? !each.optional), [columns, visibility]);
  const tracks = template(shown, bulk !== undefined);
  const least = leastWidth(shown, bulk !== undefined);
  const selectable = bulk !== undefined;
  const chosen = Object.values(selection).some(Boolean);
  const selected = selectable && chosen ? rows.filter((row) => selection[rowId(row)]) : [];
  const select = useCallback((key: string, checked: boolean) => { setSelection((before) => ({ ...before, [key]: checked })); }, []);
  const navigate = useNavigate();
  const go = useCallback((to: string) => void navigate({ to: to as never }), [navigate]);
  const clear = () => { setSelection({}); };

  const [near, setNear] = useState(false);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  useEffect(() => {
    if (near && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [near, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  const filtered = JSON.stringify([filters, sort]);
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setActive(-1);
  }, [filtered]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.target !== scroller.current) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -rows.length, End: rows.length }[event.key];
    const row = rows[active];
    if (step !== undefined) {
      const next = Math.min(rows.length - 1, Math.max(0, active + step));
      setActive(next);
      body.current?.show(next);
    } else if (event.key === "Enter" && row) {
      if (onRow) onRow(row);
      else scroller.current.querySelector<HTMLAnchorElement>(`[data-row="${String(active)}"] a`)?.click();
    } else if (event.key === " " && row && bulk) {
      table.getRow(rowId(row)).toggleSelected();
    } else return;
    event.preventDefault();
  }

  async function exportCsv() {
    const kept = shown.filter((each) => each.value);
    const all: Row[] = [];
    let cursor: string | undefined;
    try {
      do {
        const asked = { path: pathParams, query: { ...filters, sort, limit: 500, cursor } } as unknown as Parameters<typeof read<P>>[1];
        const page = (await read(path, asked)) as { items: Row[]; next_cursor?: string | null };
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor && all.length < CSV_ROWS);
    } catch (error) {
      toast({ tone: "bad", title: "No CSV was made", detail: messageOf(error) });
      return;
    }
    download(`${id}.csv`, toCsv(kept.map((each) => each.header), all.map((row) => kept.map((each) => each.value?.(row)))));
    toast({ tone: cursor ? "warn" : "ok", title: `${count(all.length)} rows as CSV`, ...(cursor && { detail: "There are more: narrow the filter for the rest." }) });
  }

  const changed = list.isStale && !list.isFetching && rows.length > 0;
  return (
    <section aria-label={label} className={cn("flex min-h-0 flex-1 flex-col gap-2", props.className)}>
      {selected.length > 0 && bulk ? (
        <div className="flex min-h-8 flex-wrap items-center gap-2 rounded-md bg-accent-soft px-2 py-1">
          <span className="mr-2 font-medium">{count(selected.length)} selected</span>
          {bulk(selected, clear)}
          <Button tone="quiet" onClick={clear} className="ml-auto">Clear</Button>
        </div>
      ) : (
        <div className="flex min-h-8 flex-wrap items-end gap-2">
          {props.filters}
          <span aria-live="polite" className="ml-auto self-center text-sm text-muted">
            {!list.isPending && <>{total === null ? `${count(rows.length)}+` : count(total)}<span className="max-sm:sr-only"> {total === 1 ? "row" : "rows"}</span></>}
          </span>
          {changed && <Button icon={RotateCw} tone="quiet" onClick={() => void list.refetch()}>Changed since</Button>}
          <Views table={id} visibility={visibility} onVisibility={setVisibility} />
          {!phone && (
            <Menu trigger={<Button icon={Columns3} tone="quiet">Columns</Button>}>
              <MenuLabel>Shown columns</MenuLabel>
              {columns.slice(1).map((each) => (
                <MenuCheck key={each.id} checked={visibility[each.id] ?? !each.optional} onChange={(checked) => { setVisibility({ ...visibility, [each.id]: checked }); }}>
                  {each.header}
                </MenuCheck>
              ))}
            </Menu>
          )}
          <Button icon={Download} tone="quiet" onClick={() => void exportCsv()}>CSV</Button>
        </div>
      )}
      {list.isRefetchError && <StaleNote since={list.dataUpdatedAt} error={list.error} retry={() => void list.refetch()} />}
      <div
        ref={scroller}
        tabIndex={0}
        role={rows.length > 0 ? "table" : "region"}
        aria-label={label}
        aria-rowcount={rows.length > 0 ? (total ?? -1) : undefined}
        aria-busy={list.isPending}
        onKeyDown={onKeyDown}
        className={cn("min-h-60 flex-1 overflow-auto rounded-lg border border-line bg-surface", list.isPlaceholderData && "opacity-60")}
      >
        {!phone && rows.length > 0 && (
          <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-sunken" style={{ minWidth: least }}>
            <div role="row" className="grid h-8 items-center text-xs text-muted" style={{ gridTemplateColumns: tracks }}>
              {bulk && (
                <span role="columnheader" className="flex justify-center">
                  <input
                    type="checkbox"
                    aria-label="Select all that are loaded"
                    className="size-4 accent-accent"
                    checked={chosen && selected.length === rows.length}
                    onChange={table.getToggleAllRowsSelectedHandler()}
                  />
                </span>
              )}
              {shown.map((each) => (
                <Header key={each.id} column={each} sort={sort ?? props.defaultSort} onSort={(next) => { setSearch({ sort: next }); }} />
              ))}
            </div>
          </div>
        )}
        {list.isPending ? (
          <Skeleton lines={10} className="p-3" />
        ) : list.isError && rows.length === 0 ? (
          <Failure error={list.error} retry={() => void list.refetch()} />
        ) : rows.length === 0 ? (
          props.empty
        ) : (
          <Rows
            ref={body}
            scroller={scroller}
            rows={rows}
            rowId={rowId}
            rowLink={rowLink}
            rowClass={props.rowClass}
            onRow={onRow}
            columns={phone ? columns : shown}
            tracks={tracks}
            least={least}
            phone={phone}
            selection={selectable ? selection : null}
            active={active}
            onSelect={select}
            onGo={go}
            more={hasNextPage && (isFetchNextPageError ? <Button small onClick={() => void fetchNextPage()}>Load more</Button> : "Loading more …")}
            onNear={setNear}
          />
        )}
      </div>
    </section>
  );
}

function Header<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string | undefined; onSort: (sort: string | undefined) => void }) {
  const by = column.sort;
  const order = by === undefined ? undefined : sort === by ? "ascending" : sort === `-${by}` ? "descending" : "none";
  const Arrow = order === "descending" ? ArrowDown : ArrowUp;
  return (
    <span role="columnheader" aria-sort={order} className={cn("min-w-0 px-2.5 font-medium", column.align === "right" && "text-right")}>
      {by === undefined ? (
        <span className="block truncate">{column.header}</span>
      ) : (
        <button type="button" className="inline-flex max-w-full items-center gap-1 rounded hover:text-text" onClick={() => { onSort(nextSort(sort, by)); }}>
          <span className="truncate">{column.header}</span>
          <Arrow aria-hidden className={cn("size-3.5 shrink-0", order === "none" && "opacity-0")} />
        </button>
      )}
    </span>
  );
}
