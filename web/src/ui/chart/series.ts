/** What a chart over time draws. */

export type Values = readonly (number | null)[];

export interface Series {
  label: string;
  /** One a moment; null is a gap and drawn as one. */
  values: Values;
  /** An area around the line: an expected range, or how sure a forecast is. */
  band?: { lower: Values; upper: Values; label: string };
  /** Drawn dashed: what is not measured, as a forecast. */
  dashed?: boolean;
  /** Which of the eight colours; the series' place if not given. */
  color?: number;
}

export interface Mark {
  /** Seconds since 1970. */
  at: number;
  label: string;
  /** Until where, for a span. */
  until?: number;
  tone?: "bad" | "warn" | "note";
}

export interface Summary {
  last: number | null;
  min: number | null;
  max: number | null;
}

/** For the legend, and for those who cannot see the line. */
export function summary(values: Values): Summary {
  let last: number | null = null;
  let min: number | null = null;
  let max: number | null = null;
  for (const value of values) {
    if (value === null) continue;
    last = value;
    if (min === null || value < min) min = value;
    if (max === null || value > max) max = value;
  }
  return { last, min, max };
}

/** A thousand series would take as many colours: they begin anew after eight. */
export function colorName(index: number): string {
  return `--series-${String((index % 8) + 1)}`;
}
