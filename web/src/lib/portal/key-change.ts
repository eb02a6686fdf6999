/** How far an entity is with a change of its keys (§11.2): its configuration compared with the statement about it. */
import { plural } from '#lib/format.ts'
import { isRecord } from '#lib/json/json.ts'
import { type Jwk, keysOf, kidOf } from '#lib/key/jwk.ts'
import type { StepState } from '#lib/step.ts'

export const keySteps = ['announce', 'wait', 'switch', 'remove'] as const
export type KeyStep = (typeof keySteps)[number]

export interface KeyChange {
  /** In both documents. */
  known: Jwk[]
  /** In the configuration only: the statement does not have them yet. */
  announced: Jwk[]
  /** In the statement only: the configuration does not have them any more. */
  leaving: Jwk[]
  states: Readonly<Record<KeyStep, StepState>>
}

const nameOf = (key: Jwk) => kidOf(key) ?? JSON.stringify(key)

/** The claims of the Subordinate Statement and of the Entity Configuration. */
export function keyChangeOf(statement: unknown, configuration: unknown): KeyChange {
  const [theirs, own] = [keysOf(statement), keysOf(configuration)]
  const [inStatement, inConfiguration] = [new Set(theirs.map(nameOf)), new Set(own.map(nameOf))]
  const known = own.filter((key) => inStatement.has(nameOf(key)))
  const announced = own.filter((key) => !inStatement.has(nameOf(key)))
  const leaving = theirs.filter((key) => !inConfiguration.has(nameOf(key)))
  return { known, announced, leaving, states: statesOf(known.length, announced.length, leaving.length) }
}

function statesOf(known: number, announced: number, leaving: number): KeyChange['states'] {
  if (announced > 0) return { announce: 'done', wait: 'due', switch: 'waiting', remove: 'later' }
  if (known > 1) return { announce: 'done', wait: 'done', switch: 'due', remove: 'later' }
  if (leaving > 0) return { announce: 'done', wait: 'done', switch: 'done', remove: 'due' }
  return { announce: 'later', wait: 'later', switch: 'later', remove: 'later' }
}

/** For how long copies of a statement can be in caches. */
export function lifetimeInWords(claims: unknown): string {
  const { iat, exp } = isRecord(claims) ? claims : {}
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp <= iat)
    return 'as long as the statement is valid'
  const hours = Math.ceil((exp - iat) / 3600)
  return hours > 24 && hours % 24 === 0 ? plural(hours / 24, 'day') : plural(hours, 'hour')
}
