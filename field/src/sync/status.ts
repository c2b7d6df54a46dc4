/** The truthful status line: what is on this phone only, what needs a person, what the last contact said. Pure. */

export interface StatusInput {
  waiting: number;
  attention: number;
  blocked: number;
  /** Sent at least once without an answer yet, or in a running push. */
  sending: boolean;
  signedOut: boolean;
  /** null = reachable or not yet tried. */
  offline: "network" | "timeout" | "portal" | "busy" | null;
  allSentMs: number | null;
  /** The browser refused to keep the data for good. */
  storageAtRisk: boolean;
  /** A write failed because the phone is full. */
  storageFull: boolean;
}

export type Tone = "good" | "waiting" | "attention" | "bad";

export interface StatusPart {
  key: string;
  params: Record<string, string | number>;
}

export interface Status {
  tone: Tone;
  main: StatusPart;
  /** Further sentences, most urgent first. Nothing is hidden by something else. */
  more: StatusPart[];
}

export function statusOf(input: StatusInput, time: (ms: number) => string): Status {
  const parts: (StatusPart & { tone: Tone })[] = [];
  const say = (tone: Tone, key: string, params: Record<string, string | number> = {}) => parts.push({ tone, key, params });
  const waiting = input.waiting + input.blocked;
  if (input.storageFull) say("bad", "status.storage_full");
  if (input.signedOut) say("bad", "status.signed_out");
  if (input.attention) say("attention", "status.attention", { n: input.attention });
  if (waiting) say("waiting", input.sending && !input.offline ? "status.sending" : "status.waiting", { n: waiting });
  else if (!input.attention) {
    if (input.allSentMs) say("good", "status.all_sent", { time: time(input.allSentMs) });
    else say("good", "status.nothing_to_send");
  }
  if (input.offline) say("waiting", `status.offline_${input.offline}`);
  // When everything is sent, nothing that the browser might drop can be lost.
  if (input.storageAtRisk && (waiting || input.attention)) say("attention", "status.storage_at_risk");
  const [first, ...rest] = parts;
  return { tone: first!.tone, main: { key: first!.key, params: first!.params }, more: rest.map(({ key, params }) => ({ key, params })) };
}
