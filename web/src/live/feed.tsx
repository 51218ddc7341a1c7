/** The ledger's events and operations' progress, live: one WebSocket a tab, resumed from its position after a break. */
import { useQueryClient, type Query } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { answered, client } from "@/api/client";
import { ApiError } from "@/api/errors";
import { olderAfter } from "./older";
import { ReconnectingSocket, socketUrl, type SocketState } from "./socket";

/** A frame of the WebSocket: an event of the ledger. */
export interface LedgerEvent {
  kind: "event";
  position: number;
  type: string;
  aggregate_id?: string;
  occurred_at?: string;
  actor?: { kind: string; id: string; name: string };
  correlation_id?: string;
  data?: Record<string, unknown>;
  [key: string]: unknown;
}

/** A frame of the WebSocket: how far an operation is. */
export interface Progress {
  kind: "progress";
  operation_id: string;
  done?: number;
  total?: number;
  eta_s?: number | null;
  [key: string]: unknown;
}

type Listener = (event: LedgerEvent) => void;

/** Spreads the frames of one connection; what was seen is remembered, so that nothing comes twice or is missed. */
export class Feed {
  position: number | null = null;
  #state: SocketState = "connecting";
  #since = Date.now();
  #progress: ReadonlyMap<string, Progress> = new Map();
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<() => void>();

  hello(): { from: number } {
    return { from: this.position ?? 0 };
  }

  take(frame: unknown): void {
    const { kind } = frame as { kind?: string };
    if (kind === "event") {
      const event = frame as LedgerEvent;
      if (this.position !== null && event.position <= this.position) return;
      this.position = event.position;
      if (ENDED.test(event.type) && event.aggregate_id && this.#progress.has(event.aggregate_id)) {
        const rest = new Map(this.#progress);
        rest.delete(event.aggregate_id);
        this.#progress = rest;
        this.#changed();
      }
      for (const listener of this.#listeners) listener(event);
    } else if (kind === "progress") {
      const progress = frame as Progress;
      this.#progress = new Map(this.#progress).set(progress.operation_id, progress);
      this.#changed();
    }
  }

  setState(state: SocketState): void {
    if (state === this.#state) return;
    // "since" counts from the break, not from each try to mend it
    if (state === "open" || this.#state === "open") this.#since = Date.now();
    this.#state = state;
    this.#changed();
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
  state = (): SocketState => this.#state;
  since = (): number => this.#since;
  progress = (): ReadonlyMap<string, Progress> => this.#progress;

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

const ENDED = /^operation\.(succeeded|failed|cancelled|outcome_unknown)\./;
const INVALIDATE_MS = 700;
const LONG_PAGES = 3;

function isLong(query: Query): boolean {
  const data = query.state.data as { pages?: unknown[] } | undefined;
  return (data?.pages?.length ?? 0) > LONG_PAGES;
}

const Live = createContext<Feed | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [feed] = useState(() => new Feed());

  useEffect(() => {
    const older = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stopListening = feed.listen((event) => {
      for (const path of olderAfter(event.type)) older.add(path);
      if (older.size > 0) timer ??= setTimeout(flush, INVALIDATE_MS);
    });
    function flush() {
      timer = undefined;
      const paths = [...older];
      older.clear();
      const old = ({ queryKey: [path] }: Query) => typeof path === "string" && paths.some((each) => path.startsWith(each));
      // a list scrolled far down is not read anew from its top under the reader: it says that it is old
      void queries.invalidateQueries({ predicate: (query) => old(query) && isLong(query), refetchType: "none" });
      void queries.invalidateQueries({ predicate: (query) => old(query) && !isLong(query) });
    }
    const socket = new ReconnectingSocket({
      url: async () => {
        feed.position ??= await ledgerPosition();
        return socketUrl("/api/v1/events");
      },
      hello: () => feed.hello(),
      onFrame: (frame) => {
        feed.take(frame);
      },
      onState: (state) => {
        feed.setState(state);
      },
      mayReconnect: async () => {
        try {
          await answered(client.GET("/api/v1/users/me"));
          return true;
        } catch (error) {
          if (error instanceof ApiError && error.status === 401) return false;
          throw error;
        }
      },
    });
    return () => {
      stopListening();
      clearTimeout(timer);
      socket.stop();
    };
  }, [feed, queries]);

  return <Live value={feed}>{children}</Live>;
}

/** Where the ledger is now: the first connection begins there, and each further one where the one before broke. */
async function ledgerPosition(): Promise<number> {
  const { services } = await answered(client.GET("/api/v1/health"));
  return services.projections.ledger_position ?? 0;
}

function useFeed(): Feed {
  const feed = use(Live);
  if (!feed) throw new Error("no live feed here");
  return feed;
}

/** How the connection is, and since when (ms). */
export function useLiveState(): { state: SocketState; since: number } {
  const feed = useFeed();
  const state = useSyncExternalStore(feed.watch, feed.state);
  const since = useSyncExternalStore(feed.watch, feed.since);
  return useMemo(() => ({ state, since }), [state, since]);
}

/** Progress of running operations by their id. */
export function useProgress(): ReadonlyMap<string, Progress> {
  const feed = useFeed();
  return useSyncExternalStore(feed.watch, feed.progress);
}

/** Calls back for each event of the named types (`"alert.raised.v1"`) or prefixes (`"alert."`); none named is all. */
export function useEvents(types: readonly string[], listener: Listener): void {
  const feed = useFeed();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  const wanted = types.join(" ");
  useEffect(
    () =>
      feed.listen((event) => {
        const list = wanted ? wanted.split(" ") : [];
        if (list.length === 0 || list.some((each) => event.type === each || (each.endsWith(".") && event.type.startsWith(each))))
          latest.current(event);
      }),
    [feed, wanted],
  );
}
