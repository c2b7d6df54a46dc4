import type { ProblemText } from "../store/types";

/** No answer that can be trusted: no network, a time-out, or a captive portal's page instead of JSON. */
export class Offline extends Error {
  /** `problem`: the sentence of a server that is there but cannot serve now. */
  constructor(readonly why: "network" | "timeout" | "portal" | "busy", readonly problem: ProblemText | null = null) {
    super(`offline: ${why}`);
  }
}

/** The server's refusal, with its sentence (RFC 9457). */
export class Refusal extends Error {
  constructor(readonly status: number, readonly problem: ProblemText) {
    super(`${status} ${problem.code}`);
  }
  /** The token is no longer good. */
  get signedOut(): boolean {
    return this.status === 401;
  }
}

export interface Answer<T> {
  body: T;
  /** Phone time half-way between request and answer: what `now` of the answer is compared with. */
  middle: number;
  /** Bytes sent and time taken, for batch sizes. */
  took: number;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpOptions {
  base?: string;
  fetch?: Fetch;
  now?: () => number;
  timeout?: number;
  /** Read for every request: another tab may have signed in anew. */
  token?: () => Promise<string | null>;
  language?: () => string;
}

/** All requests of the app go through here. */
export class Http {
  constructor(private readonly options: HttpOptions = {}) {}

  get<T>(path: string): Promise<Answer<T>> {
    return this.send<T>("GET", path);
  }

  post<T>(path: string, body: unknown, compress = false): Promise<Answer<T>> {
    return this.send<T>("POST", path, body, compress);
  }

  private async send<T>(method: string, path: string, body?: unknown, compress = false): Promise<Answer<T>> {
    const { base = "", now = Date.now, timeout = 45_000 } = this.options;
    const doFetch: Fetch = this.options.fetch ?? ((url, init) => fetch(url, init));
    const headers: Record<string, string> = { Accept: "application/json" };
    const token = await this.options.token?.();
    if (token) headers.Authorization = `Bearer ${token}`;
    const language = this.options.language?.();
    if (language) headers["Accept-Language"] = language;
    let payload: BodyInit | undefined;
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      const text = JSON.stringify(body);
      const packed = compress && text.length > 512 ? await gzip(text) : null;
      if (packed) headers["Content-Encoding"] = "gzip";
      payload = packed ?? text;
    }
    const abort = new AbortController();
    let late = false;
    const timer = setTimeout(() => { late = true; abort.abort(); }, timeout);
    const began = now();
    try {
      let response: Response;
      let text: string;
      try {
        response = await doFetch(base + path, {
          method, headers, body: payload, signal: abort.signal, cache: "no-store", credentials: "same-origin", redirect: "error",
        });
        text = await response.text();
      } catch {
        throw new Offline(late ? "timeout" : "network");
      }
      const ended = now();
      return { body: read<T>(response, text), middle: began + (ended - began) / 2, took: ended - began };
    } finally {
      clearTimeout(timer);
    }
  }
}

function read<T>(response: Response, text: string): T {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.status === 204) return undefined as T;
  if (!/json/i.test(type)) {
    // A portal's sign-in page (200, HTML) or a proxy's error page: the server has not spoken.
    throw new Offline(response.status >= 500 ? "busy" : "portal");
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Offline("network");
  }
  if (response.ok) return body as T;
  const given = (body ?? {}) as Partial<ProblemText>;
  const problem: ProblemText = {
    code: given.code ?? "malformed_request", title: given.title ?? "", detail: given.detail ?? "", params: given.params ?? {},
  };
  if (response.status >= 500 || response.status === 429) throw new Offline("busy", problem);
  throw new Refusal(response.status, problem);
}

/** Gzip by the browser, or null where it cannot. */
export async function gzip(text: string): Promise<ArrayBuffer | null> {
  if (typeof CompressionStream === "undefined") return null;
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream as ReadableStream).arrayBuffer();
}
