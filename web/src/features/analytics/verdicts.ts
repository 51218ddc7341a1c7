/** What a backtest's operation says in its result. */

export interface FiredAlert {
  device_id: string;
  metric: string;
  interface: string;
  at: string;
  score: number;
  title: string;
}

export interface Verdicts {
  fired: number;
  new: number;
  missed: number;
  spared: number;
  delay_s: number | null;
  alerts: FiredAlert[];
}

const record = (value: unknown): Record<string, unknown> => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});
const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

export function verdicts(result: unknown): Verdicts {
  const told = record(result);
  return {
    fired: number(told.fired),
    new: number(told.new),
    missed: Array.isArray(told.missed) ? told.missed.length : number(told.missed),
    spared: number(told.spared),
    delay_s: typeof told.delay_s === "number" ? told.delay_s : null,
    alerts: (Array.isArray(told.alerts) ? told.alerts : []).map((each) => {
      const alert = record(each);
      return { device_id: text(alert.device_id), metric: text(alert.metric), interface: text(alert.interface), at: text(alert.at), score: number(alert.score), title: text(alert.title) };
    }),
  };
}
