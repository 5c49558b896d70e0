import { ApiError, answer, type Schema } from "@helpdesk/api";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { api, session } from "../../../app.ts";
import type { FileOut } from "../api.ts";
import type { Kind } from "./open.ts";

type Saved = Schema<"DraftOut">;

/** Something half written. Recipients are null as long as nobody chose them. */
export type Draft = { html: string; to: string[] | null; cc: string[] | null; files: FileOut[] };
export const emptyDraft: Draft = { html: "", to: null, cc: null, files: [] };
export const isEmptyDraft = (draft: Draft): boolean => draft.html === "" && draft.files.length === 0;

export const draftOf = (saved: Saved): Draft => ({
  html: saved.body,
  to: saved.to ?? null,
  cc: saved.cc ?? null,
  files: saved.attachments,
});

interface Store extends DBSchema {
  drafts: { key: string; value: Draft };
}

let store: Promise<IDBPDatabase<Store>> | undefined;
const open = () => {
  store ??= openDB<Store>("helpdesk", 1, { upgrade: (db) => void db.createObjectStore("drafts") });
  return store;
};

/** Drafts of whoever is signed in that lie on this browser because the server never got them. */
async function ownKeys(): Promise<string[]> {
  const keys = await (await open()).getAllKeys("drafts");
  return keys.filter((key) => key.startsWith(`${session.person?.id}:`));
}

/** Gives the server what only this browser has; the number of drafts that it did not take. */
export async function saveOwnDrafts(): Promise<number> {
  let refused = 0;
  for (const key of await ownKeys()) {
    const [, ticket = "", kind] = key.split(":");
    const draft = await (await open()).get("drafts", key);
    const outcome = draft && (await new DraftKeeper(ticket, kind as Kind).save(draft));
    if (outcome && outcome.state !== "saved") refused++;
  }
  return refused;
}

export async function forgetOwnDrafts(): Promise<void> {
  for (const key of await ownKeys()) await (await open()).delete("drafts", key);
}

export type Outcome =
  | { state: "saved" | "kept"; at: number }
  /** Another device saved a newer one meanwhile. */
  | { state: "elsewhere"; theirs: Draft };

/**
 * The draft of one ticket and kind. It lies on this browser until the server has it, so that neither the window nor the
 * network can lose it. Calls go one after the other: no save overtakes a later one, or the end of the draft.
 */
export class DraftKeeper {
  #ticket: string;
  #kind: Kind;
  #key: string;
  #rev: number | undefined;
  #line: Promise<unknown> = Promise.resolve();

  constructor(ticket: string, kind: Kind) {
    this.#ticket = ticket;
    this.#kind = kind;
    this.#key = `${session.person?.id}:${ticket}:${kind}`;
  }

  /** What is on this browser because the server never got it, else what the server has. */
  load(): Promise<{ draft: Draft; at: number | undefined }> {
    return this.#next(async () => {
      const here = await (await open()).get("drafts", this.#key);
      const saved = await this.#read().catch((error) => {
        if (here) return undefined;
        throw error;
      });
      const at = saved?.updated_at ? Date.parse(saved.updated_at) : undefined;
      if (here) return { draft: here, at: undefined };
      return { draft: saved?.updated_at ? draftOf(saved) : emptyDraft, at };
    });
  }

  save(draft: Draft): Promise<Outcome> {
    return this.#next(async () => {
      await (await open()).put("drafts", draft, this.#key);
      try {
        await this.#send(draft);
      } catch (error) {
        if (error instanceof ApiError && error.code === "STALE") {
          const theirs = draftOf(await this.#read());
          if (JSON.stringify(theirs) !== JSON.stringify(draft)) return { state: "elsewhere", theirs };
        } else {
          return { state: "kept", at: Date.now() };
        }
      }
      await (await open()).delete("drafts", this.#key);
      return { state: "saved", at: Date.now() };
    });
  }

  /** The draft was sent: the server forgot it, and so does this browser. */
  forget(): Promise<void> {
    return this.#next(async () => {
      this.#rev = undefined;
      await (await open()).delete("drafts", this.#key);
    });
  }

  /** Waits until everything so far was done. */
  settle(): Promise<void> {
    return this.#next(async () => {});
  }

  async #send({ html, to, cc, files }: Draft): Promise<void> {
    if (this.#rev === undefined) await this.#read();
    const rev = (this.#rev ?? 0) + 1;
    const path = { id: this.#ticket, kind: this.#kind };
    if (html === "" && files.length === 0) {
      await answer(api.DELETE("/api/v1/tickets/{id}/drafts/{kind}/", { params: { path, query: { rev } } }));
    } else {
      const attachments = files.map((file) => file.id);
      const body = { rev, body: html, format: "html" as const, to, cc, attachments };
      await answer(api.PUT("/api/v1/tickets/{id}/drafts/{kind}/", { params: { path }, body }));
    }
    this.#rev = rev;
  }

  async #read(): Promise<Saved> {
    const path = { id: this.#ticket, kind: this.#kind };
    const saved = await answer(api.GET("/api/v1/tickets/{id}/drafts/{kind}/", { params: { path } }));
    this.#rev = saved.rev;
    return saved;
  }

  #next<Value>(task: () => Promise<Value>): Promise<Value> {
    const done = this.#line.then(task, task);
    this.#line = done.catch(() => {});
    return done;
  }
}
