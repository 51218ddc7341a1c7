/** A row of a table, or, on a phone, its card: drawn once, however the list around it is scrolled. */
import { memo, type MouseEvent, type ReactElement } from "react";
import { cn } from "../cn";
import { safe } from "../name";
import type { Column } from "./column";

interface Opening<Row> {
  row: Row;
  link: ((row: Row) => string) | undefined;
  onRow: ((row: Row) => void) | undefined;
  /** To a page, without leaving this document. */
  onGo: (to: string) => void;
}

/**
 * One line, and an ellipsis where there is more. Clamped, not hidden: what is clipped is drawn apart from the rest in each frame, and
 * this way a row is clipped once (the second line lies below its edge), not in each cell.
 */
const CELL =
  "line-clamp-1 min-w-0 overflow-visible px-2.5 leading-9 break-all [&_a]:inline [&_bdi]:inline [&_bdi]:overflow-visible [&_bdi]:whitespace-normal [&_time]:whitespace-normal";

export interface RowProps<Row> extends Opening<Row> {
  id: string;
  columns: readonly Column<Row>[];
  tracks: string;
  phone: boolean;
  index: number;
  start: number;
  size: number;
  /** null: nothing can be selected. */
  selected: boolean | null;
  /** Where the arrow keys are. */
  active: boolean;
  look: string | undefined;
  onSelect: (id: string, checked: boolean) => void;
}

export const DrawnRow = memo(AnyRow) as unknown as <Row>(props: RowProps<Row>) => ReactElement;

function AnyRow<Row>(props: RowProps<Row>) {
  const { id, row, columns, tracks, phone, index, start, size, selected, active, look, link, onRow, onSelect, onGo } = props;
  const place = { top: start, height: size };
  const className = cn(
    "absolute inset-x-0 border-b border-line contain-content hover:bg-hover",
    selected && "bg-accent-soft",
    active && "bg-hover outline-2 -outline-offset-2 outline-accent",
    look,
    onRow && "cursor-pointer",
  );
  if (phone) return <Card id={id} row={row} columns={columns} index={index} className={className} style={place} link={link} onRow={onRow} onGo={onGo} />;
  return (
    <div
      role="row"
      data-id={id}
      data-row={index}
      aria-rowindex={index + 1}
      onClick={onRow && (() => { onRow(row); })}
      className={cn(className, "grid items-center")}
      style={{ ...place, gridTemplateColumns: tracks }}
    >
      {selected !== null && (
        <span role="cell" className="flex justify-center" onClick={(event) => { event.stopPropagation(); }}>
          <input
            type="checkbox"
            aria-label="Select this row"
            className="size-4 accent-accent"
            checked={selected}
            onChange={(event) => { onSelect(id, event.target.checked); }}
          />
        </span>
      )}
      {columns.map((each, at) => (
        <span key={each.id} role="cell" className={each.align === "right" ? `${CELL} text-right` : CELL}>
          {at === 0 ? <Lead row={row} column={each} link={link} onRow={onRow} onGo={onGo} /> : safe(each.cell(row))}
        </span>
      ))}
    </div>
  );
}

/** The first cell opens the row. A plain link: a thousand of the router's own would each watch the address. */
function Lead<Row>({ row, column, link, onRow, onGo }: Opening<Row> & { column: Column<Row> }) {
  if (link) {
    const to = link(row);
    const follow = (event: MouseEvent) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      onGo(to);
    };
    return (
      <a href={to} onClick={follow} className="font-medium text-text hover:text-accent hover:underline">
        {safe(column.cell(row))}
      </a>
    );
  }
  if (onRow)
    return (
      <button type="button" className="block max-w-full truncate text-left font-medium hover:text-accent hover:underline" onClick={(event) => { event.stopPropagation(); onRow(row); }}>
        {safe(column.cell(row))}
      </button>
    );
  return <>{safe(column.cell(row))}</>;
}

function Card<Row>({ id, row, columns, index, className, style, link, onRow, onGo }: Opening<Row> & {
  id: string;
  columns: readonly Column<Row>[];
  index: number;
  className: string;
  style: React.CSSProperties;
}) {
  const title = columns.find((each) => each.phone === "title") ?? columns[0];
  const side = columns.filter((each) => each.phone === "side");
  const lines = columns.filter((each) => each.phone === "line" && !(each.value && blank(each.value(row))));
  return (
    <div role="row" data-id={id} data-row={index} aria-rowindex={index + 1} className={cn(className, "flex flex-col justify-center gap-0.5 px-3")} style={style}>
      <div className="flex items-center gap-2">
        <span role="cell" className="min-w-0 flex-1 truncate">{title && <Lead row={row} column={title} link={link} onRow={onRow} onGo={onGo} />}</span>
        {side.map((each) => <span key={each.id} role="cell" className="shrink-0">{safe(each.cell(row))}</span>)}
      </div>
      {lines.length > 0 && (
        <div className="flex min-w-0 gap-2 overflow-hidden text-xs text-muted">
          {lines.map((each) => <span key={each.id} role="cell" className="min-w-0 truncate">{safe(each.cell(row))}</span>)}
        </div>
      )}
    </div>
  );
}

function blank(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
