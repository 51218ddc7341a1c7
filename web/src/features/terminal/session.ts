/** The WebSocket of one terminal session: bytes both ways, and what became of it. It never comes back by itself. */
import { answered, client } from "@/api/client";
import { socketUrl } from "@/live/socket";

export interface Opened {
  kind: "opened";
  session_id: string;
  address: string;
  host_key: string;
  idle_timeout_s: number;
}
export interface Ended {
  kind: "ended";
  session_id: string;
  cause: string;
  message: string;
}
export interface Refused {
  kind: "error";
  code: string;
  message: string;
}
export type Told = Opened | Ended | Refused;

export interface SessionOptions {
  device: string;
  reason: string;
  size: { cols: number; rows: number };
  onBytes: (bytes: Uint8Array) => void;
  onTold: (told: Told) => void;
  open?: (url: string) => WebSocket;
}

/** Characters of one message; what is pasted goes in several. */
export const LARGEST = 16_384;

export class TerminalSession {
  #socket: WebSocket | null = null;
  #stopped = false;
  #over = false;
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** With a login that is fresh: a handshake cannot renew it. */
  async start(): Promise<void> {
    try {
      await answered(client.GET("/api/v1/users/me"));
    } catch (error) {
      this.#tell({ kind: "error", code: "UNREACHABLE", message: error instanceof Error ? error.message : String(error) });
      return;
    }
    if (this.#stopped) return;
    this.connect();
  }

  connect(): void {
    const { device, reason, size, open } = this.#options;
    const socket = (open ?? ((url) => new WebSocket(url)))(socketUrl(`/api/v1/inventory/devices/${device}/terminal`));
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      socket.send(JSON.stringify({ reason, columns: size.cols, rows: size.rows }));
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "string") this.#tell(JSON.parse(data) as Told);
      else if (data instanceof ArrayBuffer) this.#options.onBytes(new Uint8Array(data));
    };
    socket.onclose = ({ reason: why }) => {
      if (!this.#stopped) this.#tell({ kind: "ended", session_id: "", cause: "connection_lost", message: why });
    };
  }

  type(text: string): void {
    for (const part of parts(text)) this.#send({ kind: "input", data: part });
  }

  resize(columns: number, rows: number): void {
    if (columns >= 2 && rows >= 1) this.#send({ kind: "resize", columns: Math.min(columns, 1000), rows: Math.min(rows, 500) });
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.close(1000);
  }

  #send(message: object): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  /** The first word about the end counts: the socket closes after it. */
  #tell(told: Told): void {
    if (this.#over) return;
    this.#over = told.kind !== "opened";
    this.#options.onTold(told);
  }
}

/** Cut between characters, never inside of one. */
export function parts(text: string, largest = LARGEST): string[] {
  const found: string[] = [];
  let part = "";
  for (const character of text) {
    if (part.length + character.length > largest) {
      found.push(part);
      part = "";
    }
    part += character;
  }
  if (part) found.push(part);
  return found;
}

const CAUSES: Readonly<Record<string, string>> = {
  closed: "The session was closed.",
  device_closed: "The device ended the session.",
  idle: "Nothing was typed for too long.",
  login_ended: "Your login ended, or your role no longer allows it.",
  connection_lost: "The connection was lost.",
  stopped: "The server was stopped.",
  server_lost: "The server was lost.",
};

export function words(told: Ended | Refused): string {
  if (told.kind === "error") return told.message;
  return [CAUSES[told.cause] ?? told.cause, told.message].filter(Boolean).join(" ");
}
