/** What is kept beside each Subordinate Statement, so that listing need not parse statements (§8.2). */

/** Times are unix seconds; `expires` is the `exp` of the Subordinate Statement. */
export type SubordinateInfo = {
  entity_types: string[]
  intermediate: boolean
  registered: number
  updated: number
  expires: number
}

/** The value of one field of the info hash. */
export function formatSubordinateInfo(info: SubordinateInfo): string {
  return JSON.stringify(info)
}

/** Reads one field of the info hash; undefined when it is absent or not in our shape, and the statement must be parsed. */
export function parseSubordinateInfo(text: string | null | undefined): SubordinateInfo | undefined {
  if (!text) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isSubordinateInfo(value) ? value : undefined
  } catch {
    return undefined // the info only saves work: the statement itself is always there to be parsed
  }
}

function isSubordinateInfo(value: unknown): value is SubordinateInfo {
  if (typeof value !== 'object' || value === null) return false
  // Only to name the members; each is checked below.
  const info = value as Partial<Record<keyof SubordinateInfo, unknown>>
  const times = [info.registered, info.updated, info.expires]
  return (
    Array.isArray(info.entity_types) &&
    info.entity_types.every((type) => typeof type === 'string') &&
    typeof info.intermediate === 'boolean' &&
    times.every((time) => Number.isSafeInteger(time))
  )
}
