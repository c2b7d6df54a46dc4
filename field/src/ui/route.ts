import { signal } from "@preact/signals";

/** The screen is in the address after `#`, so that a reload or a kill comes back to it. */
export const route = signal<string[]>(parse());

function parse(): string[] {
  if (typeof location === "undefined" || !location.hash.startsWith("#/")) return [];
  return location.hash.slice(2).split("/").filter(Boolean).map(decodeURIComponent);
}

/** Screens to be filled in: nothing may lie over their buttons. */
export const isForm = (parts: string[]): boolean => /^(?:visit|edit|person|fix|new)$/.test(parts[2] ?? parts[0] ?? "") || parts[1] === "new";

export function watchRoute(): void {
  addEventListener("hashchange", () => {
    route.value = parse();
    window.scrollTo(0, 0);
  });
}

export function path(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function go(...parts: string[]): void {
  location.hash = path(...parts);
}

/** Like `go`, without leaving the present screen in the history. */
export function goInstead(...parts: string[]): void {
  history.replaceState(null, "", path(...parts));
  route.value = parse();
  window.scrollTo(0, 0);
}
