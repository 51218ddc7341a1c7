/** xterm.js in the page's colours and size. */
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef } from "react";
import type { TerminalProps } from "./terminal";
import { color, onTheme } from "./theme";

const ANSI = { red: "--bad", green: "--ok", yellow: "--warn", blue: "--accent", magenta: "--series-4", cyan: "--note" } as const;

function themed() {
  const named = Object.fromEntries(Object.entries(ANSI).flatMap(([name, variable]) => [[name, color(variable)], [`bright${name.charAt(0).toUpperCase()}${name.slice(1)}`, color(variable)]]));
  return { ...named, background: color("--sunken"), foreground: color("--text"), cursor: color("--text"), selectionBackground: color("--accent-soft") };
}

export default function TerminalScreen({ label, onData, onResize, onReady }: TerminalProps) {
  const holder = useRef<HTMLDivElement>(null);
  const latest = useRef({ onData, onResize, onReady });
  useEffect(() => {
    latest.current = { onData, onResize, onReady };
  });
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const screen = new Terminal({ fontSize: 13, fontFamily: "ui-monospace, 'DejaVu Sans Mono', monospace", theme: themed(), scrollback: 5000, screenReaderMode: true, convertEol: false, linkHandler: null });
    const fit = new FitAddon();
    screen.loadAddon(fit);
    screen.open(element);
    screen.textarea?.setAttribute("aria-label", label);
    screen.onData((text) => latest.current.onData?.(text));
    screen.onResize(({ cols, rows }) => latest.current.onResize?.(cols, rows));
    const watcher = new ResizeObserver(() => { fit.fit(); });
    watcher.observe(element);
    fit.fit();
    const stop = onTheme(() => { screen.options.theme = themed(); });
    latest.current.onReady?.({ write: (text) => { screen.write(text); }, focus: () => { screen.focus(); }, size: () => ({ cols: screen.cols, rows: screen.rows }) });
    return () => {
      watcher.disconnect();
      stop();
      screen.dispose();
    };
  }, [label]);
  return <div ref={holder} className="h-full w-full overflow-hidden" />;
}
