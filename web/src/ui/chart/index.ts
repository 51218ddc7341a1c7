export type { Mark, Series } from "./series";
export { TimeChart } from "./time-chart";
export { aligned, type Aligned } from "./history";
