/** Small pieces of state that many pages want. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";

/** What was set in this browser, remembered; other tabs follow. */
export function useRemembered<T>(key: string, initial: T): [T, (value: T) => void] {
  const name = `netledger.${key}`;
  const text = useSyncExternalStore(
    useCallback((listener: () => void) => {
      addEventListener("storage", listener);
      addEventListener("netledger:remembered", listener);
      return () => {
        removeEventListener("storage", listener);
        removeEventListener("netledger:remembered", listener);
      };
    }, []),
    () => localStorage.getItem(name),
  );
  const set = useCallback(
    (value: T) => {
      localStorage.setItem(name, JSON.stringify(value));
      dispatchEvent(new Event("netledger:remembered"));
    },
    [name],
  );
  return [parsed(text, initial), set];
}

function parsed<T>(text: string | null, initial: T): T {
  if (text === null) return initial;
  try {
    return JSON.parse(text) as T;
  } catch {
    return initial;
  }
}

/** The value once it has rested: for a search while typing. */
export function useRested<T>(value: T, ms = 250): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => { setRested(value); }, ms);
    return () => { clearTimeout(timer); };
  }, [value, ms]);
  return rested;
}

export type UrlState = Record<string, string | undefined>;

/** Filters in the address bar: a link restores them. `set({ q: "core" })` changes one, `undefined` drops it. */
export function useUrlState(): [Readonly<UrlState>, (change: UrlState, push?: boolean) => void] {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = useCallback(
    (change: UrlState, push = false) =>
      void navigate({
        to: ".",
        replace: !push,
        search: ((before: UrlState) => kept({ ...before, ...change })) as never,
      }),
    [navigate],
  );
  return [search as UrlState, set];
}

function kept(state: UrlState): UrlState {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined && value !== ""));
}

/** A parameter of the path, as `id` of `/devices/$id`. */
export function usePathParam(name: string): string {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  return params[name] ?? "";
}

export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    useCallback(
      (listener: () => void) => {
        const list = matchMedia(query);
        list.addEventListener("change", listener);
        return () => { list.removeEventListener("change", listener); };
      },
      [query],
    ),
    () => matchMedia(query).matches,
  );
}

/** For a dialog without a trigger of its own: whoever had the focus when it opened gets it back, or else the page. */
export function useFocusBack(open: boolean): (event: Event) => void {
  const opener = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (open) opener.current = document.activeElement;
  }, [open]);
  return useCallback((event: Event) => {
    event.preventDefault();
    if (opener.current instanceof HTMLElement && opener.current !== document.body) opener.current.focus();
    if (document.activeElement === null || document.activeElement !== opener.current) document.getElementById("page")?.focus();
  }, []);
}
