/** Checks a subordinate by the clock: what it publishes now, and whether it resolves. Signs only what changed. */
import { withoutTimes } from '#core/entity-statement/index.ts'
import { isJsonEqual } from '#core/json.ts'
import { formatPath } from '#core/path.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Caller } from '#server/identity/caller.ts'
import { budgetOf } from '#server/publish/age.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { isGenuine } from '#server/services/entity/checks.ts'
import { type Follower, isDue, type Look } from '#server/services/subordinate/follow.ts'
import { decodePart, payloadOf } from '#store/published-jwt.ts'

/** `UNCHANGED`: the configuration is the same, and the caller records the time alone. */
export type CheckOutcome = {
  result: 'UNCHANGED' | 'STORED' | 'FAILED'
  message: string
  etag: string | null
  /** It published something else than other times, which was stored. */
  isChanged: boolean
}

export function createSubordinateCheck({ db, fetcher, now }: ServiceContext, { look, store }: Follower) {
  /** Nothing is left to examine: the same configuration was accepted, and neither it nor the statement ages. */
  function isSettled(before: Subordinate, budget: number): boolean {
    const { failingSince, unresolvableSince, entityConfigurationExpiresAt, autorenew } = before
    const isWell = failingSince === null && unresolvableSince === null
    return isWell && entityConfigurationExpiresAt > now() && !(autorenew && isDue(before, now(), budget))
  }

  return {
    /** @throws ConflictError if the member or the settings change meanwhile; UnavailableError while Redis is down */
    async check(
      caller: Caller,
      before: Subordinate,
      known: string | null,
      options: { signal?: AbortSignal } = {},
    ): Promise<CheckOutcome> {
      const { entityId, entityConfiguration, autorenew } = before
      const budget = budgetOf(await readSettings(db))
      const visit = await fetcher
        .revisitEntityConfiguration(entityId, isSettled(before, budget) ? known : null, options)
        .catch(fetchErrorOf)
      const isReached = !(visit instanceof FetchError)
      const etag = isReached ? visit.etag : null
      const isSame = isReached && (visit.text ?? entityConfiguration) === entityConfiguration
      if (isSame && isSettled(before, budget))
        return { result: 'UNCHANGED', message: 'Unchanged.', etag, isChanged: false }
      const fetch = async () => {
        if (!isReached) throw visit
        return visit.text ?? entityConfiguration
      }
      const seen = await look(before, { fetch })
      const signs = autorenew ? 'when due' : 'after changes'
      const differences = await store(caller, before, seen, { isFollowed: autorenew, signs })
      const isChanged = differences.length > 0 || isStoredAnew(before, seen)
      const failed = seen.checks.filter(({ status }) => status === 'FAILED')
      if (failed.length > 0)
        return {
          result: 'FAILED',
          message: failed.map(({ message }) => message).join(' '),
          etag: null,
          isChanged,
        }
      const paths = differences.map(({ path }) => formatPath(path)).join(', ')
      return {
        result: 'STORED',
        message: paths ? `Changed: ${paths}.` : 'Unchanged but for its times.',
        etag,
        isChanged,
      }
    },
  }
}

/** Metadata of a member that is not followed, and Trust Marks, are no differences of the registration. */
function isStoredAnew({ entityConfiguration }: Subordinate, { statement, checks }: Look): boolean {
  if (!statement || !isGenuine(checks)) return false
  const [before, after] = [entityConfiguration, statement.jwt].map((jwt) =>
    withoutTimes(decodePart(payloadOf(jwt)) ?? {}),
  )
  return !isJsonEqual(before, after)
}

function fetchErrorOf(error: unknown): FetchError {
  if (error instanceof FetchError) return error
  throw error
}
