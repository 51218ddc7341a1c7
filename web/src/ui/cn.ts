/** Class names, put together. */
export { clsx as cn } from "clsx";
