/** The row of figures that say whether somebody must act. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "@/api/client";
import { get } from "@/api/query";
import { cn } from "@/ui/cn";
import { lookOf, TONE_TEXT, type Tone } from "@/ui/status";
import { count } from "@/ui/units";

const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;

export function Glance({ summary }: { summary: Schemas["InventorySummary"] }) {
  const alerts = useQuery(get("/api/v1/alerts/summary"));
  const operations = useQuery(get("/api/v1/operations", { query: { state: "running", limit: 100 } }));
  const health = useQuery({ ...get("/api/v1/health"), refetchInterval: 15_000 });
  const status = summary.by_status as Record<string, number>;
  const firing = (alerts.data?.by_state as Record<string, number> | undefined)?.firing;
  const severities = alerts.data?.by_severity as Record<string, number> | undefined;
  const worst = SEVERITIES.find((each) => (severities?.[each] ?? 0) > 0);
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
      <Figure label="Devices" value={count(summary.total)} to="/devices" />
      <Figure label="Up" state="up" value={count(status.up ?? 0)} to="/devices" search={{ status: "up" }} quiet />
      <Figure label="Down" state="down" value={count(status.down ?? 0)} to="/devices" search={{ status: "down" }} quiet={!status.down} />
      <Figure label="Alerts firing" state={worst ?? "ok"} value={count(firing)} to="/alerts" search={{ state: "firing" }} quiet={!firing} note={SEVERITIES.filter((each) => severities?.[each]).map((each) => `${String(severities?.[each])} ${each}`).join(", ")} />
      <Figure label="Operations" state="running" value={count(operations.data?.items.length)} note="under way" quiet />
      <Figure label="Netledger" state={health.data?.status ?? "unknown"} value={health.data?.status ?? "–"} quiet={health.data?.status === "healthy"} small />
    </div>
  );
}

function Figure({ label, value, state, to, search, quiet, note, small }: {
  label: string;
  value: ReactNode;
  state?: string;
  to?: string;
  search?: Record<string, string>;
  /** Nothing to look at: without colour. */
  quiet?: boolean;
  note?: string;
  small?: boolean;
}) {
  const look = state === undefined ? null : lookOf(state);
  const tone: Tone = look?.tone ?? "idle";
  const Icon = look?.icon;
  const content = (
    <>
      <span className="flex items-center gap-1.5 text-xs text-muted">
        {Icon && <Icon aria-hidden className={cn("size-3.5", quiet ? "" : TONE_TEXT[tone])} />}
        {label}
      </span>
      <span className={cn("block font-semibold", small ? "py-1 text-xl" : "text-2xl", state !== undefined && !quiet && TONE_TEXT[tone])}>{value}</span>
      {note && <span className="block text-xs text-muted">{note}</span>}
    </>
  );
  const box = "rounded-lg border border-line bg-surface px-3 py-2.5";
  return to ? <Link to={to} search={(search ?? {}) as never} className={cn(box, "hover:bg-hover")}>{content}</Link> : <div className={box}>{content}</div>;
}
