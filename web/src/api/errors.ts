/** What the API answers when it refuses, as an error that can be shown. */

export interface ErrorDetails {
  field?: string;
  [key: string]: unknown;
}

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
    readonly requestId = "",
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
  }

  /** The server or what it stands on is away: worth another try, and shown data is old meanwhile. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

interface Body {
  error?: { code?: unknown; message?: unknown; details?: ErrorDetails };
  request_id?: unknown;
}

/** From an answer that is no success; also where a proxy answered in HTML. */
export function errorOf(response: Response, body: unknown): ApiError {
  const { error, request_id } = (typeof body === "object" && body !== null ? body : {}) as Body;
  const retry = Number(response.headers.get("Retry-After"));
  return new ApiError(
    response.status,
    typeof error?.code === "string" ? error.code : `HTTP_${String(response.status)}`,
    typeof error?.message === "string" ? error.message : `The server answered ${String(response.status)}.`,
    error?.details ?? {},
    typeof request_id === "string" ? request_id : (response.headers.get("X-Request-Id") ?? ""),
    Number.isFinite(retry) && retry > 0 ? retry : null,
  );
}

export const UNREACHABLE = new ApiError(0, "UNREACHABLE", "The server cannot be reached. Trying again.");

/** A sentence to show for anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) {
    const field = error.details.field;
    return field && !error.message.includes(field) ? `${field}: ${error.message}` : error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
