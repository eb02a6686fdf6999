/** What a request may say: its kinds, its states, and the limits of what people write. */
import { parseJwkSet } from '#core/keys.ts'
import { parseMetadata } from '#core/metadata.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { checkWrittenMetadata } from '#server/services/entity/written-metadata.ts'
import { field, type Input, type Patch, parsePatch } from '#server/services/patch.ts'

export const requestKinds = ['REGISTER', 'CHANGE', 'TRUST_MARK', 'WITHDRAW'] as const
export type RequestKind = (typeof requestKinds)[number]

/** In the first two it is open. */
export const requestStates = [
  'WAITING_FOR_OPERATOR',
  'WAITING_FOR_MEMBER',
  'APPROVED',
  'REFUSED',
  'WITHDRAWN',
] as const
export type RequestState = (typeof requestStates)[number]
export const openStates: RequestState[] = ['WAITING_FOR_OPERATOR', 'WAITING_FOR_MEMBER']

export type StepAction = 'SUBMITTED' | 'COMMENTED' | 'RETURNED' | 'APPROVED' | 'REFUSED' | 'WITHDRAWN'

export const MAXIMUM_TEXT = 2_000
export const MAXIMUM_OPEN = 100
/** Open ones of no organization: of all, and of entities at one host. */
export const MAXIMUM_UNKNOWN = { all: 200, host: 20 }
export const MAXIMUM_STEPS = 200
const MAXIMUM_ACCEPTED = 20

/** Null as metadata: what the entity declares. Null as keys: those of its Entity Configuration. */
const changeFields = {
  jwks: field(null, (value: unknown) => parseJwkSet(value)),
  metadata: field(null, (value: unknown) => parseMetadata(value)),
}
export type RequestChanges = Patch<typeof changeFields>

export type RequestInput = {
  kind: RequestKind
  entityId: string
  /** Null: software asks, for an entity of no organization. */
  organizationId: number | null
  trustMarkType?: string | null | undefined
  message?: string | null | undefined
  changes?: Input<typeof changeFields> | null | undefined
  /** SHA-256, hex, of each text that the organization accepts. */
  acceptedTerms?: readonly string[] | null | undefined
}

/** @throws InvalidInputError when the kind of request has no use for what is given, or needs what is not */
export function parseRequest({ kind, trustMarkType, message, changes, acceptedTerms }: RequestInput): {
  changes: RequestChanges
  trustMarkType: string | null
  acceptedTerms: string[]
  message: string | null
} {
  const parsed = parseChanges(changes ?? {})
  const isEmpty = Object.keys(parsed).length === 0
  if (kind === 'CHANGE' && isEmpty)
    throw new InvalidInputError('Say what to change: its keys, its metadata or both.', 'changes')
  if (kind !== 'CHANGE' && kind !== 'REGISTER' && !isEmpty)
    throw new InvalidInputError('Only a registration or a change of an entity has changes.', 'changes')
  if (kind === 'TRUST_MARK' && !trustMarkType)
    throw new InvalidInputError('Name the type of the Trust Mark.', 'trustMarkType')
  if (kind !== 'TRUST_MARK' && trustMarkType)
    throw new InvalidInputError('Only a request for a Trust Mark has a type.', 'trustMarkType')
  return {
    changes: parsed,
    trustMarkType: trustMarkType ?? null,
    acceptedTerms: parseAccepted(acceptedTerms ?? []),
    message: parseText(message, 'message'),
  }
}

/** @throws InvalidInputError that names the place in the changes */
function parseChanges(changes: Input<typeof changeFields>): RequestChanges {
  try {
    const parsed = parsePatch(changeFields, changes, undefined)
    checkWrittenMetadata('metadata', parsed.metadata)
    return parsed
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(error.message, 'changes', ...(error.path ?? []))
  }
}

/** @throws InvalidInputError */
function parseAccepted(hashes: readonly string[]): string[] {
  const wrong = hashes.findIndex((hash) => !/^[0-9a-f]{64}$/.test(hash))
  if (wrong >= 0)
    throw new InvalidInputError('This is no SHA-256 in hexadecimal digits.', 'acceptedTerms', wrong)
  if (hashes.length > MAXIMUM_ACCEPTED)
    throw new InvalidInputError(`At most ${MAXIMUM_ACCEPTED} texts can be accepted.`, 'acceptedTerms')
  return [...new Set(hashes)]
}

/** Trimmed; null if there is none. @throws InvalidInputError */
export function parseText(given: string | null | undefined, name: string): string | null {
  const text = given?.trim() || null
  if (text && text.length > MAXIMUM_TEXT)
    throw new InvalidInputError(
      `The text has ${text.length} characters. At most ${MAXIMUM_TEXT} are allowed.`,
      name,
    )
  return text
}

/** @throws InvalidInputError */
export function requireText(given: string | null | undefined, name: string, message: string): string {
  const text = parseText(given, name)
  if (text === null) throw new InvalidInputError(message, name)
  return text
}
