/** Tabs whose choice the caller keeps (in the URL, so that a link leads to it). */
import { Tabs as Radix } from "radix-ui";
import { useEffect, useRef, type ReactNode } from "react";

export interface Tab {
  id: string;
  label: string;
  count?: number | null;
  content: ReactNode;
}

export function Tabs({ tabs, value, onChange, label }: { tabs: readonly Tab[]; value: string; onChange: (id: string) => void; label: string }) {
  const shown = tabs.some((each) => each.id === value) ? value : (tabs[0]?.id ?? "");
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // on a phone the row of tabs is longer than the screen: the chosen one is shown
    const chosen = list.current?.querySelector<HTMLElement>("[data-state=active]");
    if (list.current && chosen) list.current.scrollLeft = chosen.offsetLeft - (list.current.clientWidth - chosen.offsetWidth) / 2;
  }, [shown]);
  return (
    <Radix.Root value={shown} onValueChange={onChange} className="min-w-0">
      <Radix.List ref={list} aria-label={label} className="relative mb-4 flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map((each) => (
          <Radix.Trigger
            key={each.id}
            value={each.id}
            className="-mb-px border-b-2 border-transparent px-3 py-2 text-sm whitespace-nowrap text-muted hover:text-text focus-visible:outline-offset-[-2px] data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
          >
            {each.label}
            {each.count !== undefined && each.count !== null && <span className="ml-1.5 text-xs text-muted">{each.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((each) => (
        <Radix.Content key={each.id} value={each.id} className="min-w-0 focus-visible:outline-offset-4">
          {each.id === shown ? each.content : null}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
