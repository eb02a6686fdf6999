/** Finds a Trust Mark in an Entity Configuration, where its holder publishes it (§7.3). */
import { isRecord } from '#lib/json/json.ts'

/** `other`: a different JWT of the same type, such as the one before a renewal. */
export type Publication = 'current' | 'other' | 'none'

const valuesOf = (claims: unknown): unknown[] => {
  const marks = isRecord(claims) ? claims.trust_marks : undefined
  return Array.isArray(marks) ? marks : []
}

export function publicationOf(mark: { type: string; jwt: string }, claims: unknown): Publication {
  const published = valuesOf(claims)
    .filter(isRecord)
    .filter(({ trust_mark_type }) => trust_mark_type === mark.type)
  if (published.some(({ trust_mark }) => trust_mark === mark.jwt)) return 'current'
  return published.length > 0 ? 'other' : 'none'
}

export const publicationInWords: Readonly<Record<Publication, string>> = {
  current: 'Published in its Entity Configuration.',
  other:
    'Its Entity Configuration, as fetched last, has another JWT of this type. Replace it before it expires.',
  none: 'Not in its Entity Configuration, as fetched last. Publish it there.',
}

/** The element of the claim `trust_marks` with which an entity publishes the mark, as one line of JSON. */
export const markLine = ({ type, jwt }: { type: string; jwt: string }) =>
  JSON.stringify({ trust_mark_type: type, trust_mark: jwt })
