/** Authenticates clients by `private_key_jwt` with their Federation Entity Keys (§8.8). */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError, quote } from '#core/errors.ts'
import { verifySignature } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { createCache } from '#store/cache.ts'
import type { KeySets } from '#store/key-directory.ts'
import { isStoreOutage } from '#store/outage.ts'
import type { ReplayGuard } from '#store/replay.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import { createChainFinder } from '../resolver/chain-finder.ts'
import type { Publishers } from '../resolver/published-here.ts'
import { getSubjectKeys } from '../resolver/trusted-keys.ts'
import { ASSERTION_TYPE, type ClientAssertion, parseClientAssertion } from './assertion.ts'

export type Credentials = {
  assertionType: string | undefined
  assertion: string | undefined
  /** Optional, because the assertion also names the client. */
  clientId: string | undefined
}

export type ClientAuthenticator = {
  /** Returns the client. @throws FederationError `invalid_client`, or `temporarily_unavailable` */
  authenticate(credentials: Credentials): Promise<EntityId>
}

type AuthenticatorOptions = Publishers & {
  allowHttp: boolean
  fetcher: Fetcher
  statements: StatementCache
  replays: ReplayGuard
  keys: () => KeySets
  /** Unix seconds. */
  now: () => number
}

/** Milliseconds for which a client's keys, or their absence, are cached. Clients do not announce changes. */
const MAX_AGE_MS = 30_000
const MAX_CLIENTS = 10_000

/** Milliseconds for finding a client's Trust Chain. */
const TIME_BUDGET_MS = 10_000

/** Seconds of clock skew after `exp`. A used `jti` must be stored for this time too. */
const SKEW = 60

export function createClientAuthenticator(options: AuthenticatorOptions): ClientAuthenticator {
  const { entityId, allowHttp, replays, now } = options
  const findKeys = createKeyLookup(options)
  return {
    async authenticate({ assertionType, assertion, clientId }) {
      if (assertion === undefined) throw refuse('This endpoint requires a client_assertion.')
      if (assertionType !== ASSERTION_TYPE) {
        throw refuse(`The client_assertion_type must be ${ASSERTION_TYPE}, not ${quote(assertionType)}.`)
      }
      const parsed = parseClientAssertion(assertion, { audience: entityId, allowHttp, now: now() })
      if (clientId !== undefined && clientId !== parsed.client) {
        throw refuse(
          `The client_id is ${quote(clientId)}, but the client assertion is from ${parsed.client}.`,
        )
      }
      await verifySignature(parsed, await findKeys(parsed.client), { now: now() }, 'invalid_client')
      // After the signature check: only the client itself may use its jti.
      if (!(await isFirstUse(replays, parsed, now()))) {
        throw refuse(`The client assertion ${quote(parsed.jti)} was already used. Send a new one.`)
      }
      return parsed.client
    },
  }
}

/** Finds a client's keys along a Trust Chain to this Trust Anchor or to a pinned anchor (§8.8). */
function createKeyLookup(options: AuthenticatorOptions): (client: EntityId) => Promise<JwkSet> {
  const { entityId, reader, keys } = options
  const finder = createChainFinder(options)
  const known = createCache<JwkSet | FederationError>({
    maxAge: MAX_AGE_MS,
    maxSize: MAX_CLIENTS * 1024,
    sizeOf: () => 1024,
  })
  reader.onChange(({ kind }) => {
    if (kind !== 'trust-mark' && kind !== 'collection') known.drop()
  })

  async function find(client: EntityId): Promise<JwkSet | FederationError> {
    const pinned = [...(await reader.trustAnchors())].map(([id, jwks]) => ({
      id,
      keys: jwks,
    }))
    const anchors = [{ id: entityId, keys: keys().statementKeys }, ...pinned]
    try {
      const { chain } = await finder.find(client, anchors, AbortSignal.timeout(TIME_BUDGET_MS))
      return getSubjectKeys(chain)
    } catch (error) {
      if (!(error instanceof FederationError) || isOwnFailure(error)) throw error
      const refusal = refuse(`${client} has no valid Trust Chain in this federation: ${error.message}`, error)
      if (error.code === 'temporarily_unavailable') throw refusal // not cached: it may pass soon
      return refusal
    }
  }

  return async (client) => {
    const found = await known.read(client, () => find(client))
    if (found instanceof FederationError) throw found
    return found
  }
}

/** Whether Redis is down or too many searches run. Failures of other entities have a cause. */
function isOwnFailure(error: FederationError): boolean {
  if (isStoreOutage(error)) return true
  return error.code === 'temporarily_unavailable' && !(error.cause instanceof FederationError)
}

function isFirstUse(
  replays: ReplayGuard,
  { client, jti, exp }: ClientAssertion,
  now: number,
): Promise<boolean> {
  return replays.claim(client, jti, Math.ceil(exp - now) + SKEW + 1)
}

function refuse(message: string, cause?: unknown): FederationError {
  return new FederationError('invalid_client', message, {}, { cause })
}
