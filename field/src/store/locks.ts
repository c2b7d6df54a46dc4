import type { FieldDb } from "./db";

/**
 * One tab at a time. Web Locks where the browser has them; else a row with an expiry, renewed while the work goes on,
 * so that a killed tab frees it by itself. Resolves with null, without running, when another tab holds the lock.
 */
export async function tryLocked<T>(db: FieldDb, name: string, work: () => Promise<T>): Promise<T | null> {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  if (locks) return locks.request(`toso-${name}`, { ifAvailable: true }, (lock) => (lock ? work() : null));
  return rowLocked(db, name, work);
}

export async function rowLocked<T>(
  db: FieldDb, name: string, work: () => Promise<T>, lease = 15_000, now: () => number = Date.now,
): Promise<T | null> {
  const owner = `${now()}-${Math.random()}`;
  if (!(await claim(db, name, owner, lease, now))) return null;
  const renewal = setInterval(() => void claim(db, name, owner, lease, now), lease / 3);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await db.transaction("rw", db.locks, async () => {
      if ((await db.locks.get(name))?.owner === owner) await db.locks.delete(name);
    });
  }
}

function claim(db: FieldDb, name: string, owner: string, lease: number, now: () => number): Promise<boolean> {
  return db.transaction("rw", db.locks, async () => {
    const held = await db.locks.get(name);
    if (held && held.owner !== owner && held.until > now()) return false;
    await db.locks.put({ name, owner, until: now() + lease });
    return true;
  });
}
