/** Says aloud what cannot wait: alerts as they are raised, and, where it was allowed, a notification for critical ones. */
import { useEvents } from "@/live/feed";
import { visible } from "@/ui/name";
import { toast } from "@/ui/toast-store";

export function AlertToasts() {
  useEvents(["alert.raised.v1"], ({ data, aggregate_id }) => {
    const severity = text(data?.severity);
    if (severity !== "critical" && severity !== "high") return;
    const title = visible(text(data?.title) || "An alert was raised");
    const href = aggregate_id ? `/alerts/${aggregate_id}` : "/alerts";
    toast({ tone: severity === "critical" ? "bad" : "warn", title, detail: `${severity} alert`, href });
    if (severity === "critical" && document.hidden && "Notification" in window && Notification.permission === "granted") {
      const notification = new Notification(title, { body: "critical alert", tag: aggregate_id ?? title });
      notification.onclick = () => {
        window.focus();
        location.assign(href);
      };
    }
  });
  return null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
