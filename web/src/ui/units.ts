/** Figures as network engineers read them. */

const RATES = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"] as const;
const BYTES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;
const NONE = "–";

/** Three figures that count: 1.23, 12.3, 123. */
function significant(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let index = 0;
  let left = value;
  while (Math.abs(left) >= step * 0.9995 && index < units.length - 1) {
    left /= step;
    index += 1;
  }
  return `${index === 0 ? String(Math.round(left)) : significant(left)} ${units[index] ?? ""}`;
}

/** Bits a second: 123 Mbit/s. */
export function rate(bps: number | null | undefined): string {
  return bps === null || bps === undefined || !Number.isFinite(bps) ? NONE : scaled(bps, 1000, RATES);
}

/** A link's nominal speed: 10 Gbit/s, without noughts after the point. */
export function linkSpeed(bps: number | null | undefined): string {
  return bps ? rate(bps).replace(/\.?0+ /, " ") : NONE;
}

export function bytes(count: number | null | undefined): string {
  return count === null || count === undefined ? NONE : scaled(count, 1024, BYTES);
}

export function percent(value: number | null | undefined, digits = 0): string {
  return value === null || value === undefined ? NONE : `${value.toFixed(digits)} %`;
}

export function milliseconds(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  return ms >= 1000 ? `${significant(ms / 1000)} s` : `${significant(ms)} ms`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : value.toLocaleString("en").replaceAll(",", "\u202f");
}

const SPANS = [
  ["y", 31_557_600],
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** The two largest parts: 3 d 4 h. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return NONE;
  const whole = Math.max(0, Math.round(seconds));
  const first = SPANS.findIndex(([, size]) => whole >= size);
  if (first < 0) return "0 s";
  const parts: string[] = [];
  let left = whole;
  for (const [unit, size] of SPANS.slice(first, first + 2)) {
    const times = Math.floor(left / size);
    if (times > 0) parts.push(`${String(times)} ${unit}`);
    left -= times * size;
  }
  return parts.join(" ");
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365.25 * DAY;
const TIME_STEPS = [
  1, 2, 5, 10, 20, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 5 * DAY, 10 * DAY, 20 * DAY, 50 * DAY, 100 * DAY, YEAR, 2 * YEAR, 5 * YEAR, 10 * YEAR,
];

/** The steps of an axis where those of ten would not be round: whole minutes, hours and days for times. */
export function axisSteps(metric: string): number[] | undefined {
  return /_s$/.test(metric) && !/_per_s$/.test(metric) ? TIME_STEPS : undefined;
}

/** By the name of a metric: its unit is in the name. */
export function metricValue(metric: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (metric.endsWith("_bps")) return rate(value);
  if (metric.endsWith("_percent")) return percent(value, 1);
  if (metric.endsWith("_ms")) return milliseconds(value);
  if (metric.endsWith("_celsius")) return `${value.toFixed(1)} °C`;
  if (metric.endsWith("_dbm")) return `${value.toFixed(1)} dBm`;
  if (metric.endsWith("_per_s")) return `${significant(value)} /s`;
  if (metric.endsWith("_s")) return duration(value);
  if (metric.endsWith("_up")) return value >= 0.5 ? "up" : "down";
  if (metric.endsWith("_ok")) return value >= 0.5 ? "works" : "failed";
  return Number.isInteger(value) ? count(value) : significant(value);
}

/** Names of what is measured, as they are read; others follow from the metric's own name. */
const METRICS: Record<string, string> = {
  icmp_rtt_ms: "ICMP round trip",
  icmp_loss_percent: "ICMP loss",
  device_up: "Device reachable",
  snmp_response_ms: "SNMP response",
  if_in_bps: "Received",
  if_out_bps: "Sent",
  if_in_packets_per_s: "Packets received",
  if_out_packets_per_s: "Packets sent",
  if_in_errors_per_s: "Receive errors",
  if_out_errors_per_s: "Send errors",
  if_in_discards_per_s: "Receive discards",
  if_out_discards_per_s: "Send discards",
  if_oper_up: "Interface up",
  if_admin_up: "Interface enabled",
  if_in_utilization_percent: "Receive utilisation",
  if_out_utilization_percent: "Send utilisation",
  cpu_percent: "Processor",
  memory_percent: "Memory",
  storage_percent: "Storage",
  load_1m: "Load average, 1 min",
  uptime_s: "Up-time",
  optical_rx_dbm: "Optical power received",
  optical_tx_dbm: "Optical power sent",
  queue_rx_bps: "Queue upload",
  queue_tx_bps: "Queue download",
  ppp_users: "PPP sessions",
};
const UNIT_SUFFIX = /_(percent|bps|ms|s|celsius|dbm|rpm|watts|volts|amperes|ok|up)$/;

export function metricName(metric: string): string {
  const words = metric.replace(UNIT_SUFFIX, "").replaceAll("_", " ");
  return METRICS[metric] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
