/** Form fields: label, control, hint and error in one place. */
import { ChevronDown } from "lucide-react";
import { useId, type ComponentProps, type ReactNode } from "react";
import { cn } from "./cn";
import { visible } from "./name";

const CONTROL =
  "w-full rounded-md border border-line-strong/60 bg-surface px-2.5 text-sm text-text placeholder:text-muted disabled:opacity-60 aria-invalid:border-bad";

interface Labelled {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  /** The label is read out but not shown. */
  quiet?: boolean;
}

function Frame({ id, label, hint, error, quiet, className, children }: Labelled & { id: string; className?: string; children: ReactNode }) {
  return (
    <div className={cn("min-w-0", className)}>
      <label htmlFor={id} className={quiet ? "sr-only" : "mb-1 block text-xs font-medium text-muted"}>
        {label}
      </label>
      {children}
      {hint && !error && (
        <p id={`${id}-hint`} className="mt-1 text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-hint`} role="alert" className="mt-1 text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

const described = (id: string, { hint, error }: Labelled) => ({
  "aria-describedby": hint || error ? `${id}-hint` : undefined,
  "aria-invalid": error ? true : undefined,
});

export function TextField({ label, hint, error, quiet, className, mono, ...rest }: Labelled & { mono?: boolean } & ComponentProps<"input">) {
  const own = useId();
  const id = rest.id ?? own;
  const told = { label, hint, error, quiet };
  return (
    <Frame id={id} className={className} {...told}>
      <input id={id} className={cn(CONTROL, "h-8", mono && "font-mono")} autoComplete="off" {...described(id, told)} {...rest} />
    </Frame>
  );
}

export function TextArea({ label, hint, error, quiet, className, mono, ...rest }: Labelled & { mono?: boolean } & ComponentProps<"textarea">) {
  const own = useId();
  const id = rest.id ?? own;
  const told = { label, hint, error, quiet };
  return (
    <Frame id={id} className={className} {...told}>
      <textarea id={id} rows={3} className={cn(CONTROL, "py-1.5", mono && "font-mono")} {...described(id, told)} {...rest} />
    </Frame>
  );
}

export interface Option {
  value: string;
  label: string;
}

/** The browser's own select: works with keyboard, screen reader and phone as people know it. */
export function SelectField({
  label,
  hint,
  error,
  quiet,
  className,
  options,
  ...rest
}: Labelled & { options: readonly Option[] } & ComponentProps<"select">) {
  const own = useId();
  const id = rest.id ?? own;
  const told = { label, hint, error, quiet };
  return (
    <Frame id={id} className={className} {...told}>
      <div className="relative">
        <select id={id} className={cn(CONTROL, "h-8 appearance-none pr-7")} {...described(id, told)} {...rest}>
          {options.map((each) => (
            <option key={each.value} value={each.value}>
              {visible(each.label)}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden className="pointer-events-none absolute top-2 right-2 size-4 text-muted" />
      </div>
    </Frame>
  );
}

export function CheckField({ label, hint, className, ...rest }: { label: ReactNode; hint?: ReactNode } & ComponentProps<"input">) {
  return (
    <label className={cn("flex items-start gap-2 text-sm", className)}>
      <input type="checkbox" className="mt-0.5 size-4 shrink-0 accent-accent" {...rest} />
      <span>
        {label}
        {hint && <span className="block text-xs text-muted">{hint}</span>}
      </span>
    </label>
  );
}
