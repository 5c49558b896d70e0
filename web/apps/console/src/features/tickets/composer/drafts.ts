import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { session } from "../../../app.ts";
import type { FileOut } from "../api.ts";
import type { Kind } from "./open.ts";

/** Something half written. Recipients are null as long as nobody chose them. */
export type Draft = { html: string; to: string[] | null; cc: string[] | null; files: FileOut[] };
export const emptyDraft: Draft = { html: "", to: null, cc: null, files: [] };
export const isEmptyDraft = (draft: Draft): boolean => draft.html === "" && draft.files.length === 0;

type Kept = { draft: Draft; at: number };
interface Store extends DBSchema {
  drafts: { key: string; value: Kept };
}

let store: Promise<IDBPDatabase<Store>> | undefined;
const open = () => {
  store ??= openDB<Store>("helpdesk", 1, { upgrade: (db) => void db.createObjectStore("drafts") });
  return store;
};
const keyOf = (ticket: string, kind: Kind) => `${session.person?.id}:${ticket}:${kind}`;

/** Drafts on this browser: written at once, so that nothing is lost with the window. */
export const localDrafts = {
  read: async (ticket: string, kind: Kind): Promise<Kept | undefined> =>
    (await open()).get("drafts", keyOf(ticket, kind)).catch(() => undefined),
  async write(ticket: string, kind: Kind, draft: Draft): Promise<void> {
    const db = await open();
    if (isEmptyDraft(draft)) await db.delete("drafts", keyOf(ticket, kind));
    else await db.put("drafts", { draft, at: Date.now() }, keyOf(ticket, kind));
  },
};
