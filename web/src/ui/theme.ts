/** Light, dark, or as the system is; remembered here, and with the user on the server. */
import { useEffect, useSyncExternalStore } from "react";
import { useMediaQuery } from "./hooks";

export type Theme = "system" | "light" | "dark";
const KEY = "netledger.theme";

export function rememberedTheme(): Theme {
  const chosen = localStorage.getItem(KEY);
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function rememberTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme(theme);
}

/** `public/theme.js` does the same before the first paint. */
export function applyTheme(theme: Theme): void {
  const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
  dispatchEvent(new Event("netledger:theme"));
}

/** The choice, and how to make another. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(onTheme, rememberedTheme), rememberTheme];
}

/** Keeps the page with the system's theme as it changes. */
export function useSystemTheme(): void {
  const dark = useMediaQuery("(prefers-color-scheme: dark)");
  useEffect(() => { applyTheme(rememberedTheme()); }, [dark]);
}

/** Calls back when the theme changes: for canvases, which CSS does not reach. Returns how to stop. */
export function onTheme(callback: () => void): () => void {
  addEventListener("netledger:theme", callback);
  return () => { removeEventListener("netledger:theme", callback); };
}

/** A colour of the theme by its name, as `--text`. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
