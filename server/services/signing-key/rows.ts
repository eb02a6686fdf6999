/** Records since when each key has its state. The key directory is the authority. */
import { findAlgorithms } from '#core/algorithm.ts'
import type { Jwk } from '#core/keys.ts'
import type { Prisma, SigningKey } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { lock, lockShared } from '#server/database/lock.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import type { KeyDirectory, KeyRole } from '#store/key-directory.ts'

export type KeyState = 'CURRENT' | 'ANNOUNCED' | 'ANSWERS' | 'PUBLISHED' | 'RETIRED' | 'REVOKED' | 'MISSING'

export const stateOfRole: Readonly<Record<KeyRole, 'CURRENT' | 'ANNOUNCED' | 'ANSWERS' | 'PUBLISHED'>> = {
  current: 'CURRENT',
  announced: 'ANNOUNCED',
  answers: 'ANSWERS',
  published: 'PUBLISHED',
}

/** The time to record when a known key changes its state. */
const beginnings: Readonly<Record<KeyState, (now: Date) => Partial<SigningKey>>> = {
  CURRENT: (now) => ({ signsSince: now, replacedAt: null }),
  ANNOUNCED: () => ({}),
  ANSWERS: () => ({}),
  PUBLISHED: (now) => ({ replacedAt: now }),
  RETIRED: (now) => ({ withdrawnAt: now }),
  REVOKED: (now) => ({ withdrawnAt: now }),
  MISSING: () => ({}),
}

/** Locks the key directory until the transaction ends. */
export async function lockKeys(tx: Transaction): Promise<void> {
  await lock(tx, 'inmor:keys')
}

const REPLACED: readonly string[] = ['PUBLISHED', 'RETIRED', 'REVOKED'] satisfies KeyState[]

/**
 * Refuses to store a signature of a replaced key, and blocks key changes until the transaction ends.
 * @throws ConflictError
 */
export async function requireSigning(tx: Transaction, kid: string): Promise<void> {
  await lockShared(tx, 'inmor:keys')
  const row = await tx.signingKey.findUnique({ where: { kid }, select: { state: true } })
  if (row && REPLACED.includes(row.state))
    throw new ConflictError('The signing key was just changed by another request. Try again.')
}

/** The states by `kid`: recorded and current. */
export type KeyDifference = { before: Record<string, KeyState>; after: Record<string, KeyState> }

/** Records the state of the directory; null if nothing has changed. */
export async function recordKeys(
  tx: Transaction,
  keys: KeyDirectory,
  now: Date,
): Promise<KeyDifference | null> {
  const known = new Map((await tx.signingKey.findMany()).map((row) => [row.kid, row]))
  const seen = statesOf(keys)
  const difference: KeyDifference = { before: {}, after: {} }
  for (const kid of new Set([...known.keys(), ...seen.keys()])) {
    const [row, found] = [known.get(kid), seen.get(kid)]
    const state = found?.state ?? 'MISSING'
    if (row?.state === state) continue
    if (row) {
      difference.before[kid] = row.state as KeyState // written here only
      await tx.signingKey.update({ where: { kid }, data: { state, ...beginnings[state](now) } })
    } else if (found) {
      await tx.signingKey.create({ data: await firstRow(tx, kid, found, now) })
    }
    difference.after[kid] = state
  }
  return Object.keys(difference.after).length > 0 ? difference : null
}

type Seen = { alg: string; state: KeyState; withdrawnAt?: Date }

function statesOf({ listed, historical }: KeyDirectory): Map<string, Seen> {
  return new Map<string, Seen>([
    ...historical.map((key): [string, Seen] => {
      const withdrawnAt = new Date((key.revoked?.revoked_at ?? key.exp) * 1000)
      return [key.kid, { alg: algorithmOf(key), state: key.revoked ? 'REVOKED' : 'RETIRED', withdrawnAt }]
    }),
    ...listed.map(({ jwk, role }): [string, Seen] => {
      return [jwk.kid, { alg: algorithmOf(jwk), state: stateOfRole[role] }]
    }),
  ])
}

export function algorithmOf(jwk: Jwk): string {
  return jwk.alg ?? findAlgorithms(jwk)[0]?.alg ?? ''
}

/** Only its statements show how long a key is needed that may have signed before its first sight. */
async function firstRow(
  tx: Transaction,
  kid: string,
  seen: Seen,
  now: Date,
): Promise<Prisma.SigningKeyCreateInput> {
  const signsSince = seen.state === 'CURRENT' ? now : null
  const signsNoStatements = seen.state === 'ANNOUNCED' || seen.state === 'ANSWERS'
  const statementsUntil = signsNoStatements ? null : await lastExpiry(tx, kid)
  return { kid, ...seen, createdAt: now, signsSince, statementsUntil }
}

/** Reads every row: no index ends with the kid. */
async function lastExpiry(tx: Transaction, kid: string): Promise<Date | null> {
  const { _max } = await tx.subordinate.aggregate({
    where: { statementBasis: { endsWith: `.${kid}` } },
    _max: { statementExpiresAt: true },
  })
  return _max.statementExpiresAt
}
