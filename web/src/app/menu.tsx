/** The menu: a side bar where there is room, a drawer and a bar at the foot on a phone. */
import { Link } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { useCan } from "@/api/session";
import { navGroups, type NavEntry } from "./nav";

const ACTIVE = { className: "bg-accent-soft text-accent font-medium", "aria-current": "page" as const };
const QUIET = { className: "text-text hover:bg-hover" };

function Groups({ onGo }: { onGo?: () => void }) {
  const can = useCan();
  return navGroups.map(({ label, entries }) => {
    const allowed = entries.filter(({ role }) => !role || can(role));
    if (allowed.length === 0) return null;
    return (
      <div key={label} className="mb-3">
        <p className="px-3 pb-1 text-xs text-muted">{label}</p>
        <ul>
          {allowed.map(({ to, label: name, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                {...(onGo && { onClick: onGo })}
                className="mx-1.5 flex h-8 items-center gap-2.5 rounded-md px-2.5"
                activeProps={ACTIVE}
                inactiveProps={QUIET}
                activeOptions={{ includeSearch: false }}
              >
                <Icon aria-hidden className="size-4 shrink-0" />
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    );
  });
}

export function Brand() {
  return (
    <Link to="/dashboard" className="flex items-center gap-2 rounded font-semibold">
      <img src="/favicon.svg" alt="" className="size-6" />
      Netledger
    </Link>
  );
}

export function SideBar() {
  return (
    <nav aria-label="Pages" className="hidden w-52 shrink-0 flex-col overflow-y-auto border-r border-line bg-surface lg:flex">
      <div className="flex h-12 shrink-0 items-center px-4">
        <Brand />
      </div>
      <div className="pt-1">
        <Groups />
      </div>
    </nav>
  );
}

/** At the foot of a phone: the pages for somebody on call, and all others behind "More". */
export function PhoneBar() {
  const can = useCan();
  const [open, setOpen] = useState(false);
  const near = navGroups.flatMap(({ entries }) => entries).filter(({ onCall, role }) => onCall && (!role || can(role)));
  return (
    <nav aria-label="On call" className="flex h-14 shrink-0 items-stretch border-t border-line bg-surface lg:hidden">
      {near.map((entry) => <PhoneLink key={entry.to} {...entry} />)}
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Trigger className="flex flex-1 flex-col items-center justify-center gap-0.5 text-xs text-muted">
          <MenuIcon aria-hidden className="size-5" />
          More
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-40 bg-[rgb(10_12_16/0.45)]" />
          <Dialog.Content aria-describedby={undefined} className="fixed inset-y-0 right-0 z-50 w-64 overflow-y-auto border-l border-line bg-raised py-4 shadow-pop focus:outline-none">
            <Dialog.Title className="px-4 pb-3 text-lg font-semibold">All pages</Dialog.Title>
            <Groups onGo={() => { setOpen(false); }} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </nav>
  );
}

function PhoneLink({ to, label, icon: Icon }: NavEntry) {
  return (
    <Link
      to={to}
      className="flex flex-1 flex-col items-center justify-center gap-0.5 text-xs"
      activeProps={{ className: "text-accent font-medium" }}
      inactiveProps={{ className: "text-muted" }}
      activeOptions={{ includeSearch: false }}
    >
      <Icon aria-hidden className="size-5" />
      {label}
    </Link>
  );
}
