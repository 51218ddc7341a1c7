/** What was typed as targets: networks, ranges, addresses and names, and how many addresses that is. */

export interface Target {
  text: string;
  /** Addresses; null for a name or IPv6, which only the server can count. */
  size: number | null;
  error: string | null;
}

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

function number(address: string): number | null {
  const parts = V4.exec(address)?.slice(1).map(Number);
  return parts?.every((part) => part <= 255) ? parts.reduce((sum, part) => sum * 256 + part, 0) : null;
}

export function parseTarget(text: string): Target {
  const wrong = (error: string): Target => ({ text, size: null, error });
  if (text.includes(":")) return /^[0-9A-Fa-f:.]+(\/\d{1,3})?(-[0-9A-Fa-f:.]+)?$/.test(text) ? { text, size: null, error: null } : wrong("not an IPv6 address");
  const [network, prefix, ...more] = text.split("/");
  if (prefix !== undefined && network !== undefined) {
    const bits = Number(prefix);
    if (more.length > 0 || number(network) === null || !/^\d{1,2}$/.test(prefix) || bits > 32) return wrong("not a network: 10.0.0.0/24 is one");
    const all = 2 ** (32 - bits);
    return { text, size: bits >= 31 ? all : all - 2, error: null };
  }
  if (/^[\d.]+-[\d.]+$/.test(text)) {
    const [first = "", last = ""] = text.split("-");
    const from = number(first);
    const to = last.includes(".") ? number(last) : number(first.replace(/\d+$/, last));
    if (from === null || to === null || to < from) return wrong("not a range: 10.0.0.5-10.0.0.9 is one");
    return { text, size: to - from + 1, error: null };
  }
  if (/^[\d.]+$/.test(text)) return number(text) === null ? wrong("not an address") : { text, size: 1, error: null };
  return NAME.test(text) ? { text, size: null, error: null } : wrong("not an address, range, network or name");
}

export function parseTargets(text: string): Target[] {
  return text.split(/[\s,;]+/).filter(Boolean).map(parseTarget);
}

export function totalSize(targets: readonly Target[]): number {
  return targets.reduce((sum, { size }) => sum + (size ?? 1), 0);
}
