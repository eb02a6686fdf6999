/** Takes over keys that a subordinate pushed, once its Entity Configuration is signed with one of them. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { hasSameKeys } from '#core/key-set-update.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import type { Caller } from '#server/identity/caller.ts'
import { isGenuine } from '#server/services/entity/checks.ts'
import type { Follower } from '#server/services/subordinate/follow.ts'

/** As the member signed them. `at`: when, if it says so. */
export type OfferedKeys = { jwks: JwkSet; at: Date | null }

/** A sentence says why keys are refused. */
export type Acceptance = { refusal: string | null }

export function createKeyAcceptance({ look, store }: Follower) {
  return {
    /**
     * Refused while the Entity Configuration does not verify with the pushed keys: with such a statement the member would
     * not resolve. This also refuses other JWK Sets that the member signed and published, such as that of its
     * `signed_jwks_uri`, and the thief of a key who cannot change what the member publishes.
     * @throws ConflictError if the member or the settings change meanwhile; UnavailableError while Redis is down
     */
    async acceptKeys(caller: Caller, before: Subordinate, { jwks, at }: OfferedKeys): Promise<Acceptance> {
      const seen = await look(before, { jwks })
      if (!seen.statement || !isGenuine(seen.checks)) return { refusal: describeRefusal(seen.checks) }
      if (at === null && hasSameKeys(typedSubordinate(before).jwks, jwks)) return { refusal: null }
      const refusal = at ? null : explainUnconfirmed(before, jwks, seen.statement)
      if (refusal !== null) return { refusal }
      const pushed = { jwks, at: at ?? new Date(seen.statement.claims.iat * 1000) }
      await store(caller, before, { ...seen, pushed }, { isFollowed: true, signs: 'when due' })
      return { refusal: null }
    },
  }
}

/**
 * Keys without a time may have been recorded long ago, and sent again. They are current if the Entity Configuration
 * has the same, unless it is itself older than the last push: its time is then that of the keys.
 */
function explainUnconfirmed(
  { keysPushedAt }: Subordinate,
  jwks: JwkSet,
  { claims }: EntityStatement,
): string | null {
  if (!hasSameKeys(claims.jwks, jwks)) return UNCONFIRMED
  return keysPushedAt && claims.iat * 1000 <= keysPushedAt.getTime() ? OLD : null
}

const UNCONFIRMED =
  'The JWK Set has no iat, and its keys are not those of the Entity Configuration. Publish the same keys there, or add an iat, then push again.'
const OLD =
  'The JWK Set has no iat, and the Entity Configuration is older than the keys that were pushed last. Sign it again, or add an iat, then push again.'
const SIGN =
  'The Entity Configuration is not signed with one of the pushed keys. Publish it with such a signature, then push again.'

function describeRefusal(checks: Awaited<ReturnType<Follower['look']>>['checks']): string {
  const failed = checks.filter(({ status }) => status === 'FAILED')
  const others = failed.filter(({ name }) => name !== 'KEYS')
  return isGenuine(others) ? SIGN : others.map(({ message }) => message).join(' ')
}
