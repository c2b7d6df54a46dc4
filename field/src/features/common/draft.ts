import { useEffect, useState } from "preact/hooks";
import { dropDraft, keepDraft, listDrafts, readDraft } from "../../store/drafts";
import { context } from "./app";

// Writes of one draft follow one another; a draft that was finished is not written again by a straggler.
const queues = new Map<string, Promise<void>>();
const finished = new Set<string>();

function queue(id: string, work: () => Promise<void>): Promise<void> {
  const next = (queues.get(id) ?? Promise.resolve()).catch(() => undefined).then(work);
  queues.set(id, next);
  return next;
}

export function writeDraft(id: string, value: unknown): Promise<void> {
  return queue(id, async () => { if (!finished.has(id)) await keepDraft(context.db, context.vault, id, value); });
}

/** Before an act is recorded with `draft: id`: whatever is still being written is written first, nothing comes after. */
export async function closeDraft(id: string): Promise<void> {
  finished.add(id);
  await (queues.get(id) ?? Promise.resolve()).catch(() => undefined);
}

export function reopenDraft(id: string): void {
  finished.delete(id);
}

export async function throwDraftAway(id: string): Promise<void> {
  await closeDraft(id);
  await dropDraft(context.db, id);
}

export function openDrafts(): Promise<string[]> {
  return listDrafts(context.db);
}

/**
 * A form's state that survives a kill: read once, written to IndexedDB at every change.
 * Null while it is being read; `resumed` says that it was half-made before.
 */
export function useDraft<T extends object>(id: string, fresh: () => T): { value: T | null; resumed: boolean; set: (change: Partial<T>) => void } {
  const [state, setState] = useState<{ id: string; value: T; resumed: boolean } | null>(null);
  useEffect(() => {
    let here = true;
    reopenDraft(id);
    void readDraft<T>(context.db, context.vault, id).then((kept) => {
      if (here) setState({ id, value: kept ? { ...fresh(), ...kept } : fresh(), resumed: !!kept });
    });
    return () => { here = false; };
  }, [id]);
  const set = (change: Partial<T>) =>
    setState((before) => {
      if (!before || before.id !== id) return before;
      const value = { ...before.value, ...change };
      reopenDraft(id); // a save that failed closed it
      void writeDraft(id, value);
      return { ...before, value };
    });
  return { value: state?.id === id ? state.value : null, resumed: state?.resumed ?? false, set };
}
