/** What a table's column is. */
import type { ReactNode } from "react";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Plain value for CSV; without it the column is left out there. */
  value?: (row: Row) => unknown;
  /** Name that the API sorts by; without it the column cannot be sorted. */
  sort?: string;
  /** Least width in px, 120 if not given. */
  width?: number;
  /** Share of what is left over; 0 keeps the width. */
  grow?: number;
  align?: "right";
  /** Hidden until chosen. */
  optional?: boolean;
  /** On a phone: the first line, its right end, or the line below. Others are left out there. */
  phone?: "title" | "side" | "line";
}

export function template<Row>(columns: readonly Column<Row>[], selectable: boolean): string {
  const tracks = columns.map(({ width = 120, grow = 1 }) => (grow ? `minmax(${String(width)}px, ${String(grow)}fr)` : `${String(width)}px`));
  return [...(selectable ? ["36px"] : []), ...tracks].join(" ");
}

export function leastWidth<Row>(columns: readonly Column<Row>[], selectable: boolean): number {
  return columns.reduce((sum, { width = 120 }) => sum + width, selectable ? 36 : 0);
}

/** The next order when a header is pressed: ascending, descending, none. */
export function nextSort(present: string | undefined, by: string): string | undefined {
  if (present === by) return `-${by}`;
  return present === `-${by}` ? undefined : by;
}
