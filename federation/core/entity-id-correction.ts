/** Corrects mistakes in pasted Entity Identifiers (§1.2), one row each. Nothing is fetched. */
import { ENTITY_CONFIGURATION_PATH, type EntityId, findEntityIdError } from './entity-id.ts'

export type Correction = {
  entityId: EntityId
  /** What was wrong, as sentences. */
  reason: string
}

type Mistake = { reason: string; correct(text: string): string; isFineInTests?: true }

const endsWithConfigurationPath = (text: string) =>
  text.replace(/\/+$/, '').endsWith(ENTITY_CONFIGURATION_PATH)

/** In the order of their correction. */
const mistakes: readonly Mistake[] = [
  {
    reason: 'An Entity Identifier has no spaces.',
    correct: (text) => text.replace(/[\s\u200b-\u200d\u2060\ufeff]+/g, ''),
  },
  {
    reason: 'An Entity Identifier has no fragment (#).',
    correct: (text) => text.replace(/#.*$/s, ''),
  },
  {
    reason: 'An Entity Identifier has no query (?).',
    correct: (text) => text.replace(/\?.*$/s, ''),
  },
  {
    reason: 'The address of the Entity Configuration is not the Entity Identifier.',
    correct: (text) =>
      endsWithConfigurationPath(text) ? text.slice(0, text.lastIndexOf(ENTITY_CONFIGURATION_PATH)) : text,
  },
  {
    reason: 'An Entity Identifier begins with https.',
    correct: (text) => text.replace(/^http:/i, 'https:'),
    isFineInTests: true,
  },
  {
    reason: 'Scheme and host are written in lower case.',
    correct: (text) => text.replace(/^[a-z]+:\/\/[^/?#]+/i, (origin) => origin.toLowerCase()),
  },
]

const difference: Mistake = {
  reason: 'Identifiers with and without a slash at the end differ.',
  correct: (text) => (text.endsWith('/') ? text.slice(0, -1) : `${text}/`),
}

/** Undefined if there is nothing to correct, or the rest is no identifier either. `allowHttp` is for test federations. */
export function correctEntityId(
  text: string,
  { allowHttp = false }: { allowHttp?: boolean } = {},
): Correction | undefined {
  let entityId = text
  const reasons: string[] = []
  for (const { reason, correct, isFineInTests } of mistakes) {
    if (allowHttp && isFineInTests) continue
    const corrected = correct(entityId)
    if (corrected !== entityId) reasons.push(reason)
    entityId = corrected
  }
  if (reasons.length === 0 || findEntityIdError(entityId, { allowHttp }) !== undefined) return undefined
  return { entityId, reason: reasons.join(' ') }
}

/** The reason to use the identifier that an entity says of itself instead of the one that was asked for. */
export function explainDifference(asked: string, said: EntityId): string {
  const [row] = [...mistakes, difference].filter(({ correct }) => correct(asked) === said)
  return `${row ? `${row.reason} ` : ''}The entity says that it is ${said}.`
}
