/** Checks whether a step of a key rollover is safe (§11.2). */
import type { SigningKey } from '#prisma/generated/client/client.ts'
import { UnsafeKeyChangeError } from '#server/error/operation-error.ts'
import type { KeyUse } from '#server/services/signing-key/use.ts'
import { keysOf, type SuperiorView } from '#server/services/superior/superiors.ts'

/**
 * Clients may cache an Entity Configuration without the key until it expires, and cannot verify its signatures.
 * @throws UnsafeKeyChangeError
 */
export function requireKnownToAll(row: SigningKey | null, now: Date): void {
  if (!row?.usableFrom) {
    throw new UnsafeKeyChangeError(
      'The announced key is not in the published Entity Configuration yet, so its signatures cannot be verified. Check the publication status.',
      null,
      'overrideReason',
    )
  }
  if (row.usableFrom <= now) return
  throw new UnsafeKeyChangeError(
    `Until ${say(row.usableFrom)} caches may hold an Entity Configuration without the announced key and reject its signatures. Switch then; in an emergency give a reason (overrideReason).`,
    row.usableFrom,
    'overrideReason',
  )
}

/** Why a switch to this key is not safe yet below this superior (§11.2); null: it is. `what`: its name in messages. */
export function findSuperiorFault(
  { entityId, row }: SuperiorView,
  kid: string,
  now: Date,
  what = 'announced key',
): { message: string; safeFrom: Date | null } | null {
  if (!row || row.lastError !== null) {
    const reason = row?.lastError ? ` (${row.lastError})` : ''
    return {
      message: `It is not known whether the superior ${entityId} lists the ${what} ${kid}${reason}. Check that it can be reached.`,
      safeFrom: null,
    }
  }
  const from = keysOf(row)[kid]
  if (from === undefined) {
    return {
      message: `The superior ${entityId} does not list the ${what} ${kid} in its statement about this anchor. Ask its operator to add the key.`,
      safeFrom: null,
    }
  }
  const safeFrom = new Date(from)
  if (safeFrom <= now) return null
  return {
    message: `Until ${say(safeFrom)} caches may hold a statement of the superior ${entityId} without the ${what} ${kid}.`,
    safeFrom,
  }
}

/**
 * Without the key in the statements of every superior, no Trust Chain through them verifies.
 * @throws UnsafeKeyChangeError
 */
export function requireKnownToSuperiors(superiors: readonly SuperiorView[], kid: string, now: Date): void {
  for (const superior of superiors) {
    const fault = findSuperiorFault(superior, kid, now)
    if (!fault) continue
    const message = `${fault.message} In an emergency give a reason (overrideReason).`
    throw new UnsafeKeyChangeError(message, fault.safeFrom, 'overrideReason')
  }
}

/**
 * Published data must verify with published keys. Invalidating cached copies needs consent.
 * @throws UnsafeKeyChangeError
 */
export function requireUnused(use: KeyUse, acceptCopies: boolean): void {
  const published = [
    phrase(use.statements, 'published Subordinate Statement', use.statementsUntil),
    phrase(use.trustMarks, 'published Trust Mark', use.trustMarksUntil),
  ].filter((text) => text !== null)
  if (published.length > 0) {
    throw new UnsafeKeyChangeError(
      `The key is needed for ${published.join(' and ')}. Statements are re-signed automatically. Re-sign marks with reissueTrustMarks, or wait.`,
      use.neededUntil,
      'kid',
    )
  }
  if (acceptCopies || !use.neededUntil) return
  const marks =
    use.replacedTrustMarks > 0 ? `, among them ${use.replacedTrustMarks} replaced Trust Marks` : ''
  throw new UnsafeKeyChangeError(
    `Everything published is re-signed, but until ${say(use.neededUntil)} caches may hold signatures of the key${marks}. Retire it then, or set acceptCopies: caches must fetch again.`,
    use.neededUntil,
    'acceptCopies',
  )
}

/**
 * Only the federation servers know whether they sign with a key for answers, and what they signed.
 * @throws UnsafeKeyChangeError without consent
 */
export function requireAnswersReplaced(acceptCopies: boolean): void {
  if (acceptCopies) return
  throw new UnsafeKeyChangeError(
    'A federation server may sign answers with this key. Let every federation server sign with another key, wait until the last resolve responses of this key have expired, and set acceptCopies.',
    null,
    'acceptCopies',
  )
}

function phrase(count: number, noun: string, until: Date | null): string | null {
  if (count === 0) return null
  return `${count} ${noun}${count === 1 ? '' : 's'}${until ? ` (until ${say(until)})` : ''}`
}

/** A time as messages have it: UTC, to the second. */
export function say(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}
