/** Reads JSON that some other process left in Redis: what cannot be read is as good as absent. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // JSON itself has no such value, so that callers cannot take it for one
  }
}
