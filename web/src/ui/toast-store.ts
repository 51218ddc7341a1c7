/** Short messages, said once: a store that anything may call and the shell shows. */

export type ToastTone = "ok" | "bad" | "warn" | "note";
export interface Toast {
  id: number;
  tone: ToastTone;
  title: string;
  detail?: string;
  href?: string;
}

const SHOWN = 4;
let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function changed(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function toast(said: Omit<Toast, "id">): number {
  last += 1;
  const id = last;
  changed([...toasts.filter((each) => each.title !== said.title || each.detail !== said.detail), { ...said, id }].slice(-SHOWN));
  return id;
}

export function dismissToast(id: number): void {
  changed(toasts.filter((each) => each.id !== id));
}

export const toastStore = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: () => toasts,
};
