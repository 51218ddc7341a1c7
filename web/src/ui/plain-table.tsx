/** A plain table, for lists that are short enough to be drawn whole. */
import type { ReactNode } from "react";
import { cn } from "./cn";
import { safe } from "./name";

export interface PlainColumn<T> {
  header: string;
  cell: (row: T) => ReactNode;
  align?: "right";
  /** Left out on a phone. */
  wide?: boolean;
}

const CLIP = 1000;

export function PlainTable<T>({ label, rows, columns, rowKey, rowClass }: {
  label: string;
  rows: readonly T[];
  columns: readonly PlainColumn<T>[];
  rowKey: (row: T, index: number) => string;
  rowClass?: (row: T) => string | undefined;
}) {
  return (
    <div tabIndex={0} role="region" aria-label={label} className="overflow-x-auto rounded-lg border border-line bg-surface">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="bg-sunken text-left text-xs text-muted">
            {columns.map(({ header, align, wide }) => (
              <th key={header} scope="col" className={cn("px-2.5 py-1.5 font-medium whitespace-nowrap", align === "right" && "text-right", wide && "hidden md:table-cell")}>{header}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, CLIP).map((row, index) => (
            <tr key={rowKey(row, index)} className={cn("border-t border-line", rowClass?.(row))}>
              {columns.map(({ header, cell, align, wide }) => (
                <td key={header} className={cn("max-w-40 px-2.5 md:max-w-64 py-1.5 align-middle", align === "right" && "text-right whitespace-nowrap", wide && "hidden md:table-cell")}>{safe(cell(row))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > CLIP && <p className="border-t border-line px-2.5 py-1.5 text-xs text-muted">The first {CLIP} of {rows.length}.</p>}
    </div>
  );
}
