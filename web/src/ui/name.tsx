/** Text that a device chose: shown as text, in its own writing direction, however long or strange. */
import { memo, type ReactNode } from "react";
import { cn } from "./cn";

// C0 and C1 controls, bidi controls and other format characters that would deceive the reader
const DECEIVING = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
const SHOWN = 300;

/** Control characters made visible as ␀ or ⟨202E⟩. */
export function visible(text: string): string {
  return text.slice(0, SHOWN).replace(DECEIVING, (each) => {
    const code = each.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  }) + (text.length > SHOWN ? "…" : "");
}

/** What is drawn of a value: plain text as any text that may come from a device, all else as it is. */
export function safe(value: ReactNode): ReactNode {
  return typeof value === "string" ? visible(value) : value;
}

export const Name = memo(function Name({ children, fallback = "unnamed", className, wrap }: { children: string | null | undefined; fallback?: string; className?: string; wrap?: boolean }) {
  if (!children?.trim()) return <span className={cn("text-muted", className)}>{fallback}</span>;
  const text = visible(children);
  return (
    <bdi data-name title={text.length > 24 ? text : undefined} className={cn(wrap ? "break-words [overflow-wrap:anywhere]" : "block truncate", className)}>
      {text}
    </bdi>
  );
});
