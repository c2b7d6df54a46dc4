import { parseId } from "../core/ids";

/** One name for one stream: ids in short form, whichever form the server wrote. Unknown forms stay as they are. */
export function streamName(name: string): string {
  const colon = name.indexOf(":");
  if (colon < 0) return name;
  try {
    return `${name.slice(0, colon)}:${parseId(name.slice(colon + 1))}`;
  } catch {
    return name;
  }
}
