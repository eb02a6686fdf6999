/** Takes over keys that a subordinate pushed, once its Entity Configuration is signed with one of them. */
import type { Subordinate } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { isGenuine } from '#server/services/entity/checks.ts'
import type { Follower, PushedKeys } from '#server/services/subordinate/follow.ts'

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
    async acceptKeys(caller: Caller, before: Subordinate, pushed: PushedKeys): Promise<Acceptance> {
      const seen = await look(before, { jwks: pushed.jwks })
      if (!isGenuine(seen.checks)) return { refusal: describeRefusal(seen.checks) }
      await store(caller, before, { ...seen, pushed }, { isFollowed: true, signs: 'when due' })
      return { refusal: null }
    },
  }
}

const SIGN =
  'The Entity Configuration is not signed with one of the pushed keys. Publish it with such a signature, then push again.'

function describeRefusal(checks: Awaited<ReturnType<Follower['look']>>['checks']): string {
  const failed = checks.filter(({ status }) => status === 'FAILED')
  const others = failed.filter(({ name }) => name !== 'KEYS')
  return isGenuine(others) ? SIGN : others.map(({ message }) => message).join(' ')
}
