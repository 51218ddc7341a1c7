/** Whether something is in the window, or near: what is not need not be drawn. */
import { useEffect, useState, type RefObject } from "react";

const NEAR_PX = 200;

export function useSeen(element: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const watcher = new IntersectionObserver(([entry]) => { setSeen(entry?.isIntersecting ?? false); }, { rootMargin: `${String(NEAR_PX)}px` });
    watcher.observe(element.current);
    return () => { watcher.disconnect(); };
  }, [element]);
  return seen;
}
