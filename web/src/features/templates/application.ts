/** How far an application of a template to devices is, out of its operation. */
import type { Schemas } from "@/api/client";

export interface DeviceState {
  device_id: string;
  operation_id: string;
  wave: number;
  state: string;
}

interface Ordered {
  device_id: string;
  operation_id: string;
  wave: number;
}

/** Each device by wave: from the result where there is one, else from the operations of the devices. */
export function deviceStates(operation: Pick<Schemas["OperationRow"], "params" | "result">, own: readonly Pick<Schemas["OperationRow"], "id" | "state">[]): DeviceState[] {
  const result = operation.result as { devices?: DeviceState[] } | null;
  if (result?.devices) return [...result.devices].sort((one, other) => one.wave - other.wave);
  const ordered = (operation.params as { devices?: Ordered[] }).devices ?? [];
  const states = new Map(own.map(({ id, state }) => [id, state]));
  return ordered.map(({ device_id, operation_id, wave }) => ({ device_id, operation_id, wave, state: states.get(operation_id) ?? "requested" }));
}

const SETTLED = new Set(["succeeded", "failed", "cancelled", "outcome_unknown"]);

export function share(devices: readonly DeviceState[]): number {
  return devices.length ? devices.filter(({ state }) => SETTLED.has(state)).length / devices.length : 0;
}

/** "3 succeeded, 1 failed" */
export function tally(devices: readonly DeviceState[]): string {
  const counts = new Map<string, number>();
  for (const { state } of devices) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${String(count)} ${state.replaceAll("_", " ")}`).join(", ");
}
