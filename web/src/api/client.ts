/** The typed client of the public API: cookies, CSRF, refreshed logins, reading one's own writes. */
import createClient, { type Middleware } from "openapi-fetch";
import { UNREACHABLE, errorOf } from "./errors";
import type { components, paths } from "./schema.gen";
import { csrfToken, mayBeLoggedIn, refresh } from "./tokens";

export type Schemas = components["schemas"];
export type { paths };

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const OWN_WRITES_MS = 10_000;
const POSITION = "X-Ledger-Position";

let reached = { position: 0, at: 0 };
const endings = new Set<() => void>();

/** Calls back when a login has ended and cannot be renewed. Returns how to stop. */
export function onLoginEnded(callback: () => void): () => void {
  endings.add(callback);
  return () => endings.delete(callback);
}

/** What a command reached; reads of the next seconds wait for it. */
export function noteReached(response: Response): void {
  const position = Number(response.headers.get(POSITION));
  if (position > reached.position) reached = { position, at: Date.now() };
}

const retries = new WeakMap<Request, { copy: Request; at: number }>();

const session: Middleware = {
  onRequest({ request }) {
    if (UNSAFE.has(request.method)) {
      const token = csrfToken();
      if (token) request.headers.set("X-CSRF-Token", token);
      if (request.method === "POST" && !request.headers.has("Idempotency-Key"))
        request.headers.set("Idempotency-Key", randomId());
    } else if (Date.now() - reached.at < OWN_WRITES_MS) {
      request.headers.set(POSITION, String(reached.position));
    }
    retries.set(request, { copy: request.clone(), at: Date.now() });
    return request;
  },
  async onResponse({ request, response, schemaPath }) {
    const again = retries.get(request);
    if (response.status !== 401 || schemaPath.startsWith("/api/v1/auth/") || !again) {
      if (UNSAFE.has(request.method) && response.ok) noteReached(response);
      return response;
    }
    if (mayBeLoggedIn() && (await refresh(again.at))) {
      const second = await fetch(again.copy);
      if (second.status !== 401) {
        if (UNSAFE.has(request.method) && second.ok) noteReached(second);
        return second;
      }
    }
    for (const callback of endings) callback();
    return response;
  },
  onError() {
    return UNREACHABLE;
  },
};

export const client = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin" });
client.use(session);

/** What a call answered; throws `ApiError` for a refusal. */
export async function answered<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (error !== undefined || !response.ok) throw errorOf(response, error);
  return data as T;
}

/** As crypto.randomUUID, which plain http does not have. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");
}
