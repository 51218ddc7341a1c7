/**
 * Keeps the login alive. The tokens are HttpOnly cookies that no script reads; what is read is the CSRF token. A refresh token
 * works once and its reuse ends the session, so tabs take turns.
 */

const CSRF = /(?:^|; )netledger_csrf=([0-9a-f]+)/;
const REFRESHED = "netledger.refreshed_at";
const LOCK = "netledger.refresh";

export function csrfToken(): string | null {
  return CSRF.exec(document.cookie)?.[1] ?? null;
}

/** A login may exist: the CSRF cookie lives as long as the refresh token. */
export function mayBeLoggedIn(): boolean {
  return csrfToken() !== null;
}

let running: Promise<boolean> | null = null;

/** New tokens for this tab and all others; false where the login is over. `since`: when the refused request was sent (ms). */
export function refresh(since: number): Promise<boolean> {
  running ??= inTurn(() => renew(since)).finally(() => {
    running = null;
  });
  return running;
}

async function renew(since: number): Promise<boolean> {
  if (Number(localStorage.getItem(REFRESHED)) > since) return true; // another tab was faster
  const token = csrfToken();
  if (token === null) return false;
  const response = await fetch("/api/v1/auth/refresh", {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRF-Token": token, "Content-Type": "application/json" },
    body: "null",
  });
  if (response.ok) localStorage.setItem(REFRESHED, String(Date.now()));
  else if (response.status >= 500 || response.status === 429) throw new Error("the login could not be renewed just now");
  return response.ok;
}

async function inTurn<T>(act: () => Promise<T>): Promise<T> {
  // Locks exist on https and localhost; over plain http the others' time stamp is all there is.
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks ? await locks.request(LOCK, act) : await act();
}
