/** The command palette (Ctrl-K): to a page, a device, a customer or an action, by a few letters. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { ArrowRight, Server, Users } from "lucide-react";
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import { get } from "@/api/query";
import { useCan } from "@/api/session";
import { useFocusBack, useRested } from "@/ui/hooks";
import { Name } from "@/ui/name";
import { features } from "./feature";
import { navGroups } from "./nav";

const Palette = createContext<{ open: () => void } | null>(null);

export function usePalette(): { open: () => void } {
  const palette = use(Palette);
  if (!palette) throw new Error("no palette here");
  return palette;
}

export function PaletteProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  const value = useMemo(() => ({ open: () => { setShown(true); } }), []);
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setShown((before) => !before);
    }
    addEventListener("keydown", onKey);
    return () => { removeEventListener("keydown", onKey); };
  }, []);
  const focusBack = useFocusBack(shown);
  return (
    <Palette value={value}>
      {children}
      <Dialog.Root open={shown} onOpenChange={setShown}>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-40 bg-[rgb(10_12_16/0.45)]" />
          <Dialog.Content aria-describedby={undefined} onCloseAutoFocus={focusBack} className="fixed top-[12dvh] left-1/2 z-50 w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-pop focus:outline-none">
            <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
            <Choices close={() => { setShown(false); }} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </Palette>
  );
}

const GROUP = "px-1 pb-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted";
const ITEM = "flex cursor-pointer items-center gap-2.5 rounded px-2 py-1.5 data-[selected=true]:bg-accent-soft";
const FOUND = 8;
const LETTERS = 2;

function Choices({ close }: { close: () => void }) {
  const can = useCan();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const asked = useRested(text.trim(), 150);
  const searching = asked.length >= LETTERS;
  const devices = useQuery({ ...get("/api/v1/inventory/devices", { query: { q: asked, limit: FOUND } }), enabled: searching });
  const customers = useQuery({ ...get("/api/v1/customers", { query: { q: asked, limit: FOUND } }), enabled: searching });
  const entries = navGroups.flatMap(({ entries: each }) => each).filter(({ role }) => !role || can(role));
  const commands = features.flatMap((feature) => feature.commands ?? []).filter(({ role }) => !role || can(role));
  const customersBuilt = entries.some(({ to }) => to === "/customers");

  function go(to: string) {
    close();
    void navigate({ to: to.split("?")[0] ?? to, search: Object.fromEntries(new URLSearchParams(to.split("?")[1] ?? "")) as never });
  }

  return (
    <Command label="Search and commands" loop>
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="A device, customer, page or action …"
        className="h-11 w-full border-b border-line bg-raised px-4 text-base placeholder:text-muted focus:outline-none"
      />
      <Command.List aria-label="Found" className="max-h-[55dvh] overflow-y-auto py-1">
        <Command.Empty className="px-4 py-6 text-center text-muted">{devices.isFetching ? "Searching …" : "Nothing is called that."}</Command.Empty>
        {searching && (devices.data?.items.length ?? 0) > 0 && (
          <Command.Group heading="Devices" className={GROUP}>
            {devices.data?.items.map((each) => (
              <Command.Item key={each.id} value={`device ${each.id}`} keywords={[asked]} onSelect={() => { go(`/devices/${each.id}`); }} className={ITEM}>
                <Server aria-hidden className="size-4 shrink-0 text-muted" />
                <span className="min-w-0 flex-1"><Name>{each.name || each.address}</Name></span>
                <span className="text-xs text-muted">{each.address}</span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        {searching && customersBuilt && (customers.data?.items.length ?? 0) > 0 && (
          <Command.Group heading="Customers" className={GROUP}>
            {customers.data?.items.map((each) => (
              <Command.Item key={each.id} value={`customer ${each.id}`} keywords={[asked]} onSelect={() => { go(`/customers/${each.id}`); }} className={ITEM}>
                <Users aria-hidden className="size-4 shrink-0 text-muted" />
                <span className="min-w-0 flex-1"><Name>{each.username}</Name></span>
                <span className="text-xs text-muted">{each.state}</span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Pages" className={GROUP}>
          {entries.map(({ to, label, icon: Icon }) => (
            <Command.Item key={to} value={label} onSelect={() => { go(to); }} className={ITEM}>
              <Icon aria-hidden className="size-4 text-muted" />
              {label}
            </Command.Item>
          ))}
        </Command.Group>
        {commands.length > 0 && (
          <Command.Group heading="Actions" className={GROUP}>
            {commands.map(({ label, keywords, to }) => (
              <Command.Item key={label} value={label} keywords={keywords ? [keywords] : []} onSelect={() => { go(to); }} className={ITEM}>
                <ArrowRight aria-hidden className="size-4 text-muted" />
                {label}
              </Command.Item>
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command>
  );
}
