/** Reads the usual query: each parameter once, percent-encoded. */

/** Undefined for any other query, which the parser of the routes reads. */
export function readQuery(query: string, names: readonly string[]): Record<string, string> | undefined {
  const pairs = query.split('&')
  if (pairs.length !== names.length || query.includes('+') || query.includes('#')) return undefined
  const found: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    if (at < 0 || name in found || !names.includes(name)) return undefined
    const value = decode(pair.slice(at + 1))
    if (value === undefined) return undefined
    found[name] = value
  }
  return found
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // the parser of the routes accepts more
  }
}
