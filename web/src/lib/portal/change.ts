/** Describes a request for a change of an entity as a form. */
import { jwksFindings, metadataFindings } from '#lib/form/claim-finding.ts'
import type { RequestChangesInput } from '#lib/gql/graphql.ts'
import type { Outcome, Refusal } from '#lib/graphql/refusal.ts'
import { isRecord, parseJsonObject, pretty } from '#lib/json/json.ts'

/** `given`: what the member typed; `published`: what the entity publishes itself. */
export type Source = 'kept' | 'given' | 'published'

export interface ChangeDraft {
  jwks: { source: Source; text: string }
  metadata: { source: Source; text: string }
  message: string
  acceptedTerms: string[]
}

/** The text is that of the Entity Configuration, which most changes begin with. */
export const emptyChange = (claims: unknown): ChangeDraft => {
  const { jwks, metadata } = isRecord(claims) ? claims : {}
  return {
    jwks: { source: 'kept', text: isRecord(jwks) ? pretty(jwks) : '' },
    metadata: { source: 'kept', text: isRecord(metadata) ? pretty(metadata) : '' },
    message: '',
    acceptedTerms: [],
  }
}

const missing = {
  jwks: 'Enter the keys as a JWK Set.',
  metadata: 'Enter the metadata, by Entity Type.',
} as const

/** Checked before sending, so that a private key never leaves the browser. */
const findingsOf = { jwks: jwksFindings, metadata: metadataFindings } as const

/** Null: what the entity publishes. Absent: it stays as it is. */
export function changesOf(draft: ChangeDraft): Outcome<RequestChangesInput> {
  const changes: RequestChangesInput = {}
  for (const name of ['jwks', 'metadata'] as const) {
    const { source, text } = draft[name]
    if (source === 'kept') continue
    if (source === 'published') {
      changes[name] = null
      continue
    }
    const { value, problem = value === undefined ? missing[name] : undefined } = parseJsonObject(text)
    if (problem !== undefined) return { refusal: { message: problem, path: [name] } }
    const [finding] = findingsOf[name](value)
    if (finding) return { refusal: { message: finding.message, path: [name, ...finding.path] } }
    changes[name] = value
  }
  return { value: changes }
}

/** The form shows each change in a field of its own: the API’s path `changes`, `jwks` is `jwks` there. */
export function locateRefusal(refusal: Refusal): Refusal {
  const [whole, ...inside] = refusal.path
  return whole === 'changes' && inside.length > 0 ? { ...refusal, path: inside } : refusal
}
