/** Parses JSON that another process wrote to Redis. Unreadable text counts as absent. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not a JSON value, so it cannot be confused with one
  }
}
