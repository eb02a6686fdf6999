/** Takes over new keys of a subordinate that asks for it: after it announced them (§11.2), or as it pushed them. */
import { FederationError, refuseAt } from '#core/errors.ts'
import { isJsonEqual } from '#core/json.ts'
import {
  checkKeySetUpdate,
  MAX_KEY_SET_UPDATE_AGE,
  parseKeySetUpdate,
  verifyKeySetUpdate,
} from '#core/key-set-update.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import { jobCaller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { OfferedKeys } from '#server/services/subordinate/key-acceptance.ts'
import type { SubordinateService } from '#server/services/subordinate/subordinates.ts'
import { PUSHED_KEYS_LIFETIME } from '#store/pushed-keys.ts'

const trigger = jobCaller('jwks-update-trigger')
const push = jobCaller('jwks-update')

/** Seconds that a pushed JWK Set may be old here: it was fresh when it arrived, and has waited since. */
const MAX_PUSH_AGE = MAX_KEY_SET_UPDATE_AGE + PUSHED_KEYS_LIFETIME

export type KeyUpdate = {
  state: 'updated' | 'unchanged' | 'not_acceptable' | 'unknown'
  /** A sentence. */
  message: string
  /** The subordinate was found to publish something else. */
  isChanged?: boolean
}

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp' | 'now'> & {
  subordinates: SubordinateService
}

export function createKeyUpdate({ db, entityId: audience, allowHttp, now, subordinates }: Context) {
  /** A subordinate that follows its own publications, or why its keys stay as they are. */
  async function findFollowed(entityId: string): Promise<Subordinate | KeyUpdate> {
    const row = await db.subordinate.findUnique({ where: { entityId } })
    if (!row?.active)
      return { state: 'unknown', message: `${entityId} is not a subordinate of this Trust Anchor.` }
    if (row.autorenew) return row
    return { state: 'unchanged', message: 'The operators update this entity themselves. Ask them.' }
  }

  async function hasOtherKeys({ entityId, jwks }: Subordinate): Promise<boolean> {
    const present = await db.subordinate.findUniqueOrThrow({ where: { entityId }, select: { jwks: true } })
    return !isJsonEqual(present.jwks, jwks)
  }

  return {
    /** As the hourly check does it. @throws ConflictError, UnavailableError: nothing was changed then */
    async follow(entityId: string): Promise<KeyUpdate> {
      const before = await findFollowed(entityId)
      if ('state' in before) return before
      const { result, message, isChanged } = await subordinates.check(trigger, before, null)
      if (await hasOtherKeys(before))
        return {
          state: 'updated',
          message: 'The keys of the Entity Configuration are registered and published.',
          isChanged,
        }
      if (result === 'FAILED') return { state: 'not_acceptable', message, isChanged }
      return {
        state: 'unchanged',
        message: 'The Entity Configuration has the keys that are registered.',
        isChanged,
      }
    },

    /**
     * `jwt`: the pushed JWK Set, which is verified here, although the federation server verified it.
     * @throws ConflictError, UnavailableError: nothing was changed then
     */
    async take(entityId: string, jwt: string | null): Promise<KeyUpdate> {
      const before = await findFollowed(entityId)
      if ('state' in before) return before
      if (jwt === null) return { state: 'not_acceptable', message: EXPIRED }
      const pushed = await verify(before, jwt)
      if ('state' in pushed) return pushed
      const { refusal } = await subordinates.acceptKeys(push, before, pushed)
      if (refusal !== null) return { state: 'not_acceptable', message: refusal }
      return (await hasOtherKeys(before))
        ? { state: 'updated', message: 'The pushed keys are registered and published.' }
        : { state: 'unchanged', message: 'The pushed keys are those that are registered.' }
    },
  }

  /** Only keys that we vouch for now count, and of JWK Sets with a time only one that is later than the last accepted one. */
  async function verify(before: Subordinate, jwt: string): Promise<OfferedKeys | KeyUpdate> {
    const { entityId, keysPushedAt } = before
    try {
      const update = parseKeySetUpdate(jwt, { allowHttp })
      const { iss, iat, keys } = update.claims
      if (iss !== entityId) throw refuseAt(['iss'], `must be ${entityId}, not ${iss}`)
      const at = iat === undefined ? null : new Date(iat * 1000)
      if (at && keysPushedAt && at <= keysPushedAt) return { state: 'unchanged', message: REPLAYED }
      const clock = { now: toUnix(now()) }
      checkKeySetUpdate(update, { audience, maxAge: MAX_PUSH_AGE, ...clock })
      await verifyKeySetUpdate(update, typedSubordinate(before).jwks, clock.now)
      return { jwks: { keys }, at }
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      return { state: 'not_acceptable', message: error.message }
    }
  }
}

const EXPIRED = 'The pushed keys waited for too long, so they were deleted. Push them again.'
const REPLAYED = 'This JWK Set or a later one was accepted before. Sign a new one to change the keys again.'
