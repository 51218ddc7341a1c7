export { EventDrawer, useRevert } from "./event-drawer";
export { ActorName, Timeline, actorOf, eventWords, type AuditFilter, type Entry } from "./timeline";
export { Changes, Value, asText, type ValueChange } from "./values";
