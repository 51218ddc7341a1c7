/** The parts that every page is laid out with. */
import { useEffect, type ReactNode } from "react";
import { cn } from "./cn";
import { safe, visible } from "./name";

export function Page({ title, subtitle, actions, children, wide }: {
  title: ReactNode;
  /** Also the tab's title, where the title is no plain text. */
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Takes the full width: tables and maps. */
  wide?: boolean;
}) {
  return (
    <div className={cn("mx-auto flex w-full flex-col gap-4 p-3 sm:p-5", wide ? "min-h-0 flex-1" : "max-w-[100rem]")}>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-[1_1_12rem] sm:flex-[1_1_20rem]">
          <h1 className="line-clamp-2 text-xl font-semibold [overflow-wrap:anywhere] [&_[data-name]]:inline [&_[data-name]]:whitespace-normal">{title}</h1>
          {subtitle && <div className="mt-0.5 text-sm break-words text-muted">{subtitle}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** The browser tab's title while the component is there. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${visible(title).slice(0, 80)} · Netledger`;
    return () => {
      document.title = "Netledger";
    };
  }, [title]);
}

export function Panel({ title, actions, children, className, flush }: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** The content goes to the edges. */
  flush?: boolean;
}) {
  return (
    <section className={cn("min-w-0 rounded-lg border border-line bg-surface", className)}>
      {(title ?? actions) && (
        <header className="flex min-h-10 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
          <h2 className="min-w-0 flex-[1_1_8rem] truncate text-sm font-semibold">{title}</h2>
          {actions}
        </header>
      )}
      <div className={flush ? undefined : "p-3"}>{children}</div>
    </section>
  );
}

/** Names and values in two columns. */
export function Facts({ items, className }: { items: readonly (readonly [string, ReactNode])[]; className?: string }) {
  return (
    <dl className={cn("grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm", className)}>
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value === "" || value === null || value === undefined ? <span className="text-muted">–</span> : safe(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One figure that counts. */
export function Stat({ label, value, note, className }: { label: string; value: ReactNode; note?: ReactNode; className?: string }) {
  return (
    <div className={cn("rounded-lg border border-line bg-surface px-3 py-2.5", className)}>
      <div className="text-xs text-muted">{label}</div>
      <div className="truncate text-xl font-semibold sm:text-2xl">{safe(value)}</div>
      {note && <div className="text-xs text-muted">{safe(note)}</div>}
    </div>
  );
}

/** `value` of 0 to 1; null while the end is not known. */
export function ProgressBar({ value, label, tone = "bg-accent" }: { value: number | null; label: string; tone?: string }) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent ?? undefined} className="h-1.5 w-full overflow-hidden rounded-full bg-sunken">
      <div className={cn("h-full rounded-full transition-[width]", tone, percent === null && "w-1/3 animate-pulse")} style={percent === null ? undefined : { width: `${String(percent)}%` }} />
    </div>
  );
}
