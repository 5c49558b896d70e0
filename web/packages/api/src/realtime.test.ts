import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Client } from "./client.ts";
import { Realtime, type RealtimeEvent } from "./realtime.ts";

/** A socket whose other end is the test. */
class Socket {
  static last: Socket;
  static readonly OPEN = 1;
  readyState = Socket.OPEN;
  sent: unknown[] = [];
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: () => void;
  constructor() {
    Socket.last = this;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
}

const client = {
  POST: async () => ({ data: { ticket: "once" }, response: new Response(null, { status: 201 }) }),
} as unknown as Client;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function connected(realtime: Realtime, reconnect = false) {
  const before = Socket.last;
  if (reconnect) before.onclose?.();
  await vi.waitFor(() => expect(Socket.last).not.toBe(before));
  Socket.last.onopen?.();
  expect(realtime.status.state).toBe("live");
}

test("after a gap it resumes from the last frame, or says that everything must be asked anew", async () => {
  const realtime = new Realtime(client);
  const heard: RealtimeEvent["event"][] = [];
  realtime.listen((event) => heard.push(event.event));
  realtime.start();
  await connected(realtime);
  expect(Socket.last.sent).toEqual([{ auth: "once" }, { subscribe: [] }]);

  // Lost before the first frame.
  await connected(realtime, true);
  expect(heard).toEqual(["resync"]);

  Socket.last.onmessage?.({ data: JSON.stringify({ seq: 7, topic: "me", event: "counts", id: null, version: null }) });
  await connected(realtime, true);
  expect(Socket.last.sent).toContainEqual({ resume: 7 });
  expect(heard).toEqual(["resync", "counts"]);
  realtime.stop();
});
