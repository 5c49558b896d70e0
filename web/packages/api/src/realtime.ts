import type { Client } from "./client.ts";
import { answer } from "./problem.ts";

export type ConnectionState = { state: "live" } | { state: "reconnecting"; at: number } | { state: "offline" };

/** What the server sends. What changed is asked of the API; only who looks or types is told. */
export type RealtimeEvent = { seq: number; topic: string; version: number | null } & (
  | { event: "ticket-updated" | "new-message" | "notification" | "counts" | "resync"; id: string | null }
  | { event: "presence" | "typing"; id: string; who: string[] }
);

type Listener = (event: RealtimeEvent) => void;

/** The longest wait between two attempts, in milliseconds. */
const patience = 30_000;
/** Without any frame for this long the connection is taken for dead; the server pings more often. */
const silence = 65_000;
const mostTopics = 200;

/**
 * One connection to `/ws/`, kept for as long as somebody is signed in. Components say which topics they show; the set as a
 * whole replaces the one before. After a gap it resumes from the last number seen, and the page never has to be reloaded.
 */
export class Realtime {
  status: ConnectionState = { state: "reconnecting", at: Date.now() };
  #client: Client;
  #socket: WebSocket | undefined;
  #topics = new Map<string, number>();
  #listeners = new Set<Listener>();
  #watchers = new Set<() => void>();
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #flush: ReturnType<typeof setTimeout> | undefined;
  #sent = "";
  #seq: number | undefined;
  #wanted = false;
  #wasLive = false;

  constructor(client: Client) {
    this.#client = client;
    addEventListener("online", () => this.#wanted && this.#open());
    addEventListener("offline", () => this.#wanted && this.#lost());
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#open();
  }

  stop(): void {
    this.#wanted = false;
    this.#wasLive = false;
    clearTimeout(this.#timer);
    this.#seq = undefined;
    this.#close();
  }

  /** Tells about every frame, and about `resync` when frames were missed for good. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells when the connection's state changes. */
  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Adds topics until the returned function is called. */
  subscribe(topics: string[]): () => void {
    for (const topic of topics) this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1);
    this.#later();
    return () => {
      for (const topic of topics) {
        const users = (this.#topics.get(topic) ?? 0) - 1;
        if (users > 0) this.#topics.set(topic, users);
        else this.#topics.delete(topic);
      }
      this.#later();
    };
  }

  typing(ticket: string, on: boolean): void {
    this.#send({ typing: { ticket, on } });
  }

  /** Tries at once instead of at the end of the wait. */
  retry = (): void => {
    if (this.#wanted && this.status.state !== "live") this.#open();
  };

  #later() {
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      this.#subscribeNow();
    }, 50);
  }

  #subscribeNow() {
    const topics = [...this.#topics.keys()].slice(0, mostTopics);
    const frame = JSON.stringify(topics);
    if (this.status.state !== "live" || frame === this.#sent) return;
    this.#sent = frame;
    this.#send({ subscribe: topics });
  }

  async #open() {
    clearTimeout(this.#timer);
    this.#close();
    this.#change({ state: "reconnecting", at: Date.now() });
    let ticket: string;
    try {
      ({ ticket } = await answer<{ ticket: string }>(this.#client.POST("/api/v1/realtime/ticket/" as never) as never));
    } catch {
      this.#lost();
      return;
    }
    if (!this.#wanted || this.#socket) return;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/`);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ auth: ticket }));
      this.#sent = "";
      this.#change({ state: "live" });
      this.#subscribeNow();
      if (this.#seq !== undefined) this.#send({ resume: this.#seq });
      // Lost before its first frame: nobody knows what came since.
      else if (this.#wasLive) this.#tell({ event: "resync", seq: 0, topic: "me", id: null, version: null });
      this.#wasLive = true;
      this.#heard();
    };
    socket.onmessage = (message) => this.#take(String(message.data));
    socket.onclose = () => this.#socket === socket && this.#lost();
  }

  #take(text: string) {
    this.#heard();
    this.#attempts = 0;
    const event: RealtimeEvent = JSON.parse(text);
    this.#seq = Math.max(this.#seq ?? 0, event.seq);
    this.#tell(event);
  }

  #tell(event: RealtimeEvent) {
    for (const listener of this.#listeners) listener(event);
  }

  #heard() {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#lost(), silence);
  }

  #lost() {
    this.#close();
    if (!this.#wanted) return;
    clearTimeout(this.#timer);
    const wait = Math.min(patience, 500 * 2 ** this.#attempts++) * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#open(), wait);
    this.#change(navigator.onLine ? { state: "reconnecting", at: Date.now() + wait } : { state: "offline" });
  }

  #close() {
    clearTimeout(this.#quiet);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #send(frame: unknown) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #change(status: ConnectionState) {
    this.status = status;
    for (const watcher of this.#watchers) watcher();
  }
}
