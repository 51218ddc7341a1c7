/** Shows the toasts; read out politely, gone by themselves unless they tell of a refusal. */
import { CircleCheck, Info, TriangleAlert, X, type LucideIcon } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useSyncExternalStore } from "react";
import { cn } from "./cn";
import { visible } from "./name";
import { TONE_TEXT } from "./status";
import { dismissToast, toastStore, type ToastTone } from "./toast-store";

const ICONS: Record<ToastTone, LucideIcon> = { ok: CircleCheck, bad: TriangleAlert, warn: TriangleAlert, note: Info };

export function Toaster() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.snapshot);
  return (
    <Radix.Provider swipeDirection="right">
      {toasts.map(({ id, tone, title, detail, href }) => {
        const Icon = ICONS[tone];
        return (
          <Radix.Root
            key={id}
            duration={tone === "bad" ? 15_000 : 6_000}
            onOpenChange={(open) => {
              if (!open) dismissToast(id);
            }}
            className="flex items-start gap-2.5 rounded-lg border border-line bg-raised px-3 py-2.5 shadow-pop"
          >
            <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", TONE_TEXT[tone])} />
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-medium break-words">{visible(title)}</Radix.Title>
              {detail && <Radix.Description className="text-sm break-words text-muted">{visible(detail)}</Radix.Description>}
              {href && <a href={href} className="text-sm text-accent underline">Show</a>}
            </div>
            <Radix.Close aria-label="Dismiss" className="-m-1 rounded p-1 text-muted hover:text-text">
              <X aria-hidden className="size-4" />
            </Radix.Close>
          </Radix.Root>
        );
      })}
      <Radix.Viewport className="fixed right-3 bottom-16 z-60 flex w-[min(24rem,calc(100vw-1.5rem))] flex-col gap-2 sm:bottom-3" />
    </Radix.Provider>
  );
}
