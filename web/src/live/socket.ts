/** A WebSocket that comes back: with growing pauses, and where it left off. */

export type SocketState = "connecting" | "open" | "waiting" | "stopped";

export interface SocketOptions {
  url: () => string | Promise<string>;
  /** Said first on each connection, so that it can name the position reached. */
  hello: () => unknown;
  onFrame: (frame: unknown) => void;
  onState: (state: SocketState) => void;
  /** Before each further try: renews the login. False stops. */
  mayReconnect?: () => Promise<boolean>;
  pauseMs?: (tries: number) => number;
  open?: (url: string) => WebSocket;
}

/** 0.5 s, 1 s, 2 s … 15 s, each with up to 30 % on top, so that not all browsers come at once. */
export function backoff(tries: number): number {
  return Math.min(500 * 2 ** tries, 15_000) * (1 + Math.random() * 0.3);
}

export class ReconnectingSocket {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #stopped = false;
  readonly #options: SocketOptions;

  constructor(options: SocketOptions) {
    this.#options = options;
    addEventListener("online", this.#now);
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    removeEventListener("online", this.#now);
    this.#socket?.close(1000);
    this.#options.onState("stopped");
  }

  #now = (): void => {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.#connect();
    }
  };

  async #connect(): Promise<void> {
    this.#options.onState("connecting");
    let url: string;
    try {
      url = await this.#options.url();
    } catch {
      this.#again();
      return;
    }
    if (this.#stopped) return;
    const socket = (this.#options.open ?? ((each) => new WebSocket(each)))(url);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify(this.#options.hello()));
      this.#tries = 0;
      this.#options.onState("open");
    };
    socket.onmessage = (message) => {
      if (typeof message.data === "string") this.#options.onFrame(JSON.parse(message.data));
    };
    socket.onclose = () => {
      this.#again();
    };
  }

  #again(): void {
    if (this.#stopped) return;
    this.#options.onState("waiting");
    const pause = (this.#options.pauseMs ?? backoff)(this.#tries);
    this.#tries += 1;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#try();
    }, pause);
  }

  async #try(): Promise<void> {
    const may = await (this.#options.mayReconnect?.() ?? Promise.resolve(true)).catch(() => null);
    if (this.#stopped) return;
    if (may === false) this.stop();
    else if (may === null) this.#again();
    else await this.#connect();
  }
}

/** Of this page's own server. */
export function socketUrl(path: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
}
