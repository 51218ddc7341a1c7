/** A word of explanation on hover and on focus. */
import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";

export const TooltipProvider = Radix.Provider;

export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content sideOffset={4} collisionPadding={8} className="z-60 max-w-xs rounded-md border border-line bg-raised px-2 py-1 text-xs break-words shadow-pop">
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
