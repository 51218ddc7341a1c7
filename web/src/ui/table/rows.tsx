/**
 * The rows of a table that are in sight, and some around them. Scrolling makes and drops no elements: a row that leaves at one end is
 * filled anew for the other. Their order in the document is mended once scrolling rests, for whoever reads or tabs through them.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type FocusEvent, type ReactNode, type Ref, type RefObject } from "react";
import type { Column } from "./column";
import { DrawnRow } from "./row";
import { filled } from "./slots";

const ROW_PX = 36;
const CARD_PX = 64;
const HEADER_PX = 33;
const OVERSCAN = 8;
const AHEAD = 60;

export interface RowsHandle {
  /** Scrolls no farther than it takes. */
  show: (index: number) => void;
}

export interface RowsProps<Row> {
  ref: Ref<RowsHandle>;
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly Row[];
  rowId: (row: Row) => string;
  rowLink: ((row: Row) => string) | undefined;
  rowClass: ((row: Row) => string | undefined) | undefined;
  onRow: ((row: Row) => void) | undefined;
  columns: readonly Column<Row>[];
  tracks: string;
  least: number;
  phone: boolean;
  /** null: nothing can be selected. */
  selection: Readonly<Record<string, boolean>> | null;
  active: number;
  onSelect: (id: string, checked: boolean) => void;
  onGo: (to: string) => void;
  /** What stands below the last row while there are more. */
  more: ReactNode;
  /** Whether the last row is near what is drawn: the moment for more. */
  onNear: (near: boolean) => void;
}

export function Rows<Row>(props: RowsProps<Row>) {
  const { ref, scroller, rows, rowId, rowLink, rowClass, onRow, columns, tracks, least, phone, selection, active, onSelect, onGo, more, onNear } = props;
  const size = phone ? CARD_PX : ROW_PX;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    overscan: OVERSCAN,
    useFlushSync: true,
    ...(!phone && { scrollPaddingEnd: HEADER_PX }),
  });
  useEffect(() => { virtual.measure(); }, [size, virtual]);
  useImperativeHandle(ref, () => ({ show: (index) => { virtual.scrollToIndex(index); } }), [virtual]);
  const drawn = virtual.getVirtualItems();
  const from = drawn[0]?.index ?? 0;
  const end = drawn.at(-1)?.index ?? 0;
  const near = end + AHEAD >= rows.length;
  useEffect(() => { onNear(near); }, [near, onNear]);

  // elements to go round: never fewer than before, or all of them would change their rows
  const [slots, setSlots] = useState(0);
  if (drawn.length > slots) setSlots(drawn.length);
  const [first, setFirst] = useState(0);
  if (!virtual.isScrolling && slots > 0 && first !== from % slots) setFirst(from % slots);

  const focused = useRef<{ element: Element; id: string } | null>(null);
  useLayoutEffect(() => {
    const held = focused.current;
    // what had the focus shows another row now
    if (held && held.element.closest("[data-id]")?.getAttribute("data-id") !== held.id) scroller.current?.focus({ preventScroll: true });
  });
  function onFocus({ target }: FocusEvent) {
    const id = target.closest("[data-id]")?.getAttribute("data-id");
    focused.current = id ? { element: target, id } : null;
  }

  return (
    <div
      role="rowgroup"
      onFocus={onFocus}
      onBlur={() => { focused.current = null; }}
      className="relative"
      style={{ height: virtual.getTotalSize() + (more ? size : 0), minWidth: phone ? undefined : least }}
    >
      {filled(from, end, slots, first).map(({ slot, index }) => {
        const row = rows[index];
        if (row === undefined) return null;
        const id = rowId(row);
        return (
          <DrawnRow
            key={slot}
            id={id}
            row={row}
            columns={columns}
            tracks={tracks}
            phone={phone}
            index={index}
            start={index * size}
            size={size}
            selected={selection && (selection[id] ?? false)}
            active={index === active}
            look={rowClass?.(row)}
            link={rowLink}
            onRow={onRow}
            onSelect={onSelect}
            onGo={onGo}
          />
        );
      })}
      {more && <div className="absolute inset-x-0 bottom-0 px-3 py-2 text-muted" style={{ height: size }}>{more}</div>}
    </div>
  );
}
