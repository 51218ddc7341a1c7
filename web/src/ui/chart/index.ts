export type { Mark, Series } from "./series";
export { TimeChart } from "./time-chart";
