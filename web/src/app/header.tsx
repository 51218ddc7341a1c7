/** The bar on top: search, the state of the live connection, running operations, theme and account. */
import { useNavigate } from "@tanstack/react-router";
import { CircleUser, LogOut, Monitor, Moon, Search, Sun, User, Wifi, WifiOff } from "lucide-react";
import { useEffect } from "react";
import { answered, client } from "@/api/client";
import { useLogOut, useUser } from "@/api/session";
import { useLiveState } from "@/live/feed";
import { IconButton } from "@/ui/button";
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuLine } from "@/ui/menu";
import { useTheme, type Theme } from "@/ui/theme";
import { ago, useNow } from "@/ui/time";
import { Tooltip } from "@/ui/tooltip";
import { Brand } from "./menu";
import { Operations } from "./operations-tray";
import { usePalette } from "./palette";

export function Header() {
  const { open } = usePalette();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-surface px-3 sm:px-5">
      <div className="lg:hidden">
        <Brand />
      </div>
      <button
        type="button"
        onClick={open}
        className="ml-auto flex h-8 items-center gap-2 rounded-md border border-line-strong/60 px-2 text-muted hover:bg-hover lg:mr-auto lg:ml-0 lg:w-72"
      >
        <Search aria-hidden className="size-4" />
        <span className="sr-only flex-1 text-left lg:not-sr-only">Search or jump to …</span>
        <kbd aria-hidden className="hidden rounded border border-line px-1 font-sans text-xs lg:block">Ctrl K</kbd>
      </button>
      <Connection />
      <Operations />
      <Account />
    </header>
  );
}

/** Says when the page no longer hears of changes. */
function Connection() {
  const { state, since } = useLiveState();
  const now = useNow();
  const live = state === "open";
  const text = live ? "Live: changes show by themselves" : `Not live, since ${ago(since, now)}. Reconnecting by itself; what is shown may be old.`;
  return (
    <Tooltip text={text}>
      <span role="status" tabIndex={0} aria-label={text} className={live ? "flex items-center gap-1.5 rounded px-1 text-xs text-muted" : "flex items-center gap-1.5 rounded bg-warn-soft px-2 py-1 text-xs font-medium text-warn"}>
        {live ? <Wifi aria-hidden className="size-4" /> : <WifiOff aria-hidden className="size-4" />}
        <span className={live ? "hidden sm:inline" : undefined}>{live ? "Live" : "Not live"}</span>
      </span>
    </Tooltip>
  );
}

const THEMES: readonly (readonly [Theme, string, typeof Sun])[] = [
  ["system", "As the system", Monitor],
  ["light", "Light", Sun],
  ["dark", "Dark", Moon],
];

function Account() {
  const user = useUser();
  const logOut = useLogOut();
  const navigate = useNavigate();
  const [theme, setTheme] = useTheme();

  // the choice follows the person to another browser, which has made none of its own
  useEffect(() => {
    const theirs = user.theme as Theme | undefined;
    if ((theirs === "light" || theirs === "dark") && localStorage.getItem("netledger.theme") === null) setTheme(theirs);
  }, [user.theme, setTheme]);

  function choose(next: Theme) {
    setTheme(next);
    if (user.kind !== "api_key") void answered(client.PATCH("/api/v1/users/me", { body: { theme: next } })).catch(() => undefined);
  }

  return (
    <Menu trigger={<IconButton icon={CircleUser} label={`Account of ${user.username}`} />}>
      <div className="px-2 py-1.5">
        <div className="max-w-56 truncate font-medium">{user.username}</div>
        <div className="text-xs text-muted">{user.role}</div>
      </div>
      <MenuLine />
      <MenuLabel>Theme</MenuLabel>
      {THEMES.map(([value, label]) => (
        <MenuCheck key={value} checked={theme === value} onChange={() => { choose(value); }}>
          {label}
        </MenuCheck>
      ))}
      <MenuLine />
      <MenuItem icon={User} onSelect={() => void navigate({ to: "/account" as never })}>Your account</MenuItem>
      <MenuItem icon={LogOut} onSelect={() => void logOut()}>Log out</MenuItem>
    </Menu>
  );
}
