/** Which reads an event makes old, by the paths of the API. */

const V1 = "/api/v1";
const READS: Record<string, readonly string[]> = {
  alert: ["/alerts", "/telemetry/alerts"],
  api_key: ["/api-keys"],
  config: ["/config"],
  credential: ["/credentials"],
  customer: ["/customers", "/monitoring"],
  device: ["/inventory", "/interfaces", "/routers"],
  discovery: ["/discovery", "/inventory"],
  operation: ["/operations", "/discovery", "/projections"],
  policy: ["/config", "/analyze"],
  finding: ["/config"],
  rule: ["/alert-rules"],
  alert_rule: ["/alert-rules"],
  silence: ["/silences", "/alerts"],
  router: ["/routers", "/router", "/monitoring"],
  settings: ["/settings"],
  template: ["/config"],
  user: ["/users"],
};

/** Every event is also a line of the audit. */
export function olderAfter(type: string): string[] {
  const aggregate = type.slice(0, type.indexOf("."));
  return ["/audit", ...(READS[aggregate] ?? [])].map((path) => V1 + path);
}
