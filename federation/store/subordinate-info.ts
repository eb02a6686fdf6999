/** Formats and parses the summary of a Subordinate Statement, which spares `/list` parsing statements (§8.2). */

/** Times are unix seconds; `expires` is the `exp` of the Subordinate Statement. */
export type SubordinateInfo = {
  entity_types: string[]
  intermediate: boolean
  registered: number
  updated: number
  expires: number
}

/** Formats a field of the info hash. */
export function formatSubordinateInfo(info: SubordinateInfo): string {
  return JSON.stringify(info)
}

/** Parses a field of the info hash. If it is absent or invalid, the caller must parse the statement. */
export function parseSubordinateInfo(text: string | null | undefined): SubordinateInfo | undefined {
  if (!text) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isSubordinateInfo(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isSubordinateInfo(value: unknown): value is SubordinateInfo {
  if (typeof value !== 'object' || value === null) return false
  // The cast only names the members; each is checked below.
  const info = value as Partial<Record<keyof SubordinateInfo, unknown>>
  const times = [info.registered, info.updated, info.expires]
  return (
    Array.isArray(info.entity_types) &&
    info.entity_types.every((type) => typeof type === 'string') &&
    typeof info.intermediate === 'boolean' &&
    times.every((time) => Number.isSafeInteger(time))
  )
}
