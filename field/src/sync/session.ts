import { getMeta, setMeta } from "../store/db";
import type { Session } from "../store/types";
import { heard, type SyncContext } from "./context";
import type { Answer } from "./http";
import { resubmitRevoked } from "./operations";
import { forget } from "./pull";
import { streamName } from "./streams";
import type { MeAnswer, SignInAnswer } from "./wire";

export class OtherPerson extends Error {
  constructor(readonly person: string) {
    super("unsent work of another person is on this phone");
  }
}

const APP = "field/0.1.0";

export function enrol(context: SyncContext, code: string, device: string): Promise<void> {
  return signIn(context, "/api/v1/enrol", { code, device: { name: device, app: APP } }, device);
}

export function signInWithPassword(context: SyncContext, username: string, password: string, device: string): Promise<void> {
  return signIn(context, "/api/v1/sign-in", { username, password, device: { name: device, app: APP } }, device);
}

async function signIn(context: SyncContext, path: string, body: unknown, device: string): Promise<void> {
  const answer: Answer<SignInAnswer> = await context.http.post<SignInAnswer>(path, body);
  const before = await getMeta(context.db, "session");
  const { token, device_id, user, server } = answer.body;
  if (before && before.user.id !== user.id && (await context.db.outbox.where("state").anyOf("waiting", "blocked", "refused").count())) {
    // Two people's work must not mix: the first one's goes out first.
    throw new OtherPerson(before.user.name);
  }
  if (server) await heard(context, server.now, answer.middle);
  const other = before && before.user.id !== user.id;
  if (other) for (const stream of [...context.states.keys()]) await forget(context, stream);
  const session: Session = {
    token, device_id, user,
    roles: other ? [] : (before?.roles ?? []), cells: other ? [] : (before?.cells ?? []), streams: other ? [] : (before?.streams ?? []),
    seal_key: server?.seal_key ?? before?.seal_key ?? null, signed_out: false,
  };
  await context.db.transaction("rw", context.db.meta, async () => {
    await setMeta(context.db, "session", session);
    await setMeta(context.db, "device_name", device);
    if (other) await setMeta(context.db, "first_sync_done", false);
  });
  if (!other) await resubmitRevoked(context.db, context.vault, session.seal_key);
}

/** Who I am and what this phone keeps now. */
export async function refreshMe(context: SyncContext): Promise<Session> {
  const { body, middle } = await context.http.get<MeAnswer>("/api/v1/me");
  await heard(context, body.server.now, middle);
  return context.db.transaction("rw", context.db.meta, async () => {
    const before = await getMeta(context.db, "session");
    if (!before) throw new Error("signed out meanwhile");
    const session: Session = {
      ...before, user: body.user, device_id: body.device_id, roles: body.roles, cells: body.cells, streams: body.streams.map(streamName),
      seal_key: body.server.seal_key ?? before.seal_key, signed_out: false,
    };
    await setMeta(context.db, "session", session);
    return session;
  });
}

/** The streams this phone should hold: the common one first, then the cells it keeps, then units and the user. */
export function wantedStreams(session: Session): string[] {
  const held = new Set(session.cells.filter((cell) => cell.held).map((cell) => `cell:${cell.id}`));
  const listed = session.streams.filter((stream) => !stream.startsWith("cell:") || held.has(stream));
  const wanted = new Set([...listed, ...held, "common", `user:${session.user.id}`]);
  const rank = (stream: string) => (stream === "common" ? 0 : stream.startsWith("cell:") ? 1 : stream.startsWith("unit:") ? 2 : 3);
  return [...wanted].sort((a, b) => rank(a) - rank(b));
}
