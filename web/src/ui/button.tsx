import { cn } from "./cn";
import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";

export type ButtonTone = "plain" | "primary" | "danger" | "quiet";

const TONES: Record<ButtonTone, string> = {
  plain: "border border-line-strong/60 bg-surface text-text hover:bg-hover",
  primary: "border border-transparent bg-accent text-on-accent hover:opacity-90",
  danger: "border border-bad bg-surface text-bad hover:bg-bad-soft",
  quiet: "border border-transparent text-text hover:bg-hover",
};

export interface ButtonProps extends ComponentProps<"button"> {
  tone?: ButtonTone;
  icon?: LucideIcon;
  /** Its command runs: cannot be pressed again. */
  busy?: boolean;
  small?: boolean;
}

export function Button({ tone = "plain", icon: Icon, busy, small, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-busy={busy ?? undefined}
      disabled={disabled ?? busy}
      className={cn(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-55",
        small ? "h-7 px-2 text-xs" : "h-8 px-3 text-sm",
        TONES[tone],
        className,
      )}
      {...rest}
    >
      {Icon && <Icon aria-hidden className={cn("size-4 shrink-0", busy && "animate-pulse")} />}
      {children}
    </button>
  );
}

/** An icon alone, with its name for those who cannot see it. */
export function IconButton({
  icon: Icon,
  label,
  className,
  ...rest
}: { icon: LucideIcon; label: string } & ComponentProps<"button">) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={cn(
        "inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text disabled:opacity-50",
        className,
      )}
      {...rest}
    >
      <Icon aria-hidden className="size-4" />
    </button>
  );
}
