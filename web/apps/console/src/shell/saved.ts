import { type IDBPDatabase, openDB } from "idb";

type Kept = { person: string; value: unknown };

const name = "console";
let opened: Promise<IDBPDatabase> | undefined;
const database = () => {
  opened ??= openDB(name, 1, { upgrade: (db) => void db.createObjectStore("saved") });
  return opened;
};

/**
 * What the page shows at once when it is opened again, before the server has answered. It lies on this browser, belongs to
 * one person, and is gone when that person signs out. A browser without such a store does without.
 */
export const saved = {
  async read<Value>(key: string, person: string): Promise<Value | undefined> {
    const kept: Kept | undefined = await database()
      .then((db) => db.get("saved", key))
      .catch(() => undefined);
    return kept?.person === person ? (kept.value as Value) : undefined;
  },
  async write(key: string, person: string, value: unknown): Promise<void> {
    await database()
      .then((db) => db.put("saved", { person, value } satisfies Kept, key))
      .catch(() => undefined);
  },
  async wipe(): Promise<void> {
    await database()
      .then((db) => db.clear("saved"))
      .catch(() => undefined);
  },
};
