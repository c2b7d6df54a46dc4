import type { FieldDb } from "./db";
import type { Vault } from "./vault";

/** A half-made form, kept at every change so that a killed app reopens where it was. */
export async function keepDraft(db: FieldDb, vault: Vault, id: string, value: unknown): Promise<void> {
  const box = await vault.close(value);
  await db.drafts.put({ id, changed_ms: Date.now(), box });
}

export async function readDraft<T>(db: FieldDb, vault: Vault, id: string): Promise<T | null> {
  const draft = await db.drafts.get(id);
  if (!draft) return null;
  try {
    return await vault.open<T>(draft.box);
  } catch {
    return null;
  }
}

export async function dropDraft(db: FieldDb, id: string): Promise<void> {
  await db.drafts.delete(id);
}

/** Ids of all drafts, the latest first. */
export async function listDrafts(db: FieldDb): Promise<string[]> {
  const drafts = await db.drafts.toArray();
  return drafts.sort((a, b) => b.changed_ms - a.changed_ms).map((draft) => draft.id);
}
