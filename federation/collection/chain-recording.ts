/** Passes the statements about entities below an Intermediate on, so that their Trust Chains can be judged later (§10). */
import { getEndpointParameter } from '#core/endpoint.ts'
import { type EntityId, parseEndpoint } from '#core/entity-id.ts'
import { type EntityStatement, verifySubordinateStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import { verifySignature } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import { checkEntityLimits } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { fetchOrRefuse } from '../resolver/refusals.ts'
import type { HostGuard } from './silent-host.ts'

/** Stores what a crawl sees below Intermediates. It may throw, which ends the crawl. */
export type ChainRecorder = {
  /** The verified Entity Configuration of an entity that an Intermediate lists. */
  entity(configuration: EntityStatement): Promise<void>
  /** The verified statement of an Intermediate about an entity, or why a third party refuses it. */
  statement(
    superior: EntityId,
    subject: EntityId,
    statement: EntityStatement | FederationError,
  ): Promise<void>
}

export type ChainRecording = {
  /** Keeps what is needed to fetch the statements of an entity that has subordinates. */
  superior(configuration: EntityStatement): void
  /** Records an entity, and the statements of these Superiors about it. */
  entity(configuration: EntityStatement, superiors: readonly EntityId[]): Promise<void>
  /** Records the statement of another Superior about a recorded entity. */
  statement(superior: EntityId, subject: EntityId, configuration?: EntityStatement): Promise<void>
}

type RecordingOptions = {
  allowHttp: boolean
  fetcher: Fetcher
  hosts: HostGuard
  now: () => number
  signal: AbortSignal
  recorder?: ChainRecorder | undefined
}

type Superior = { keys: JwkSet; fetchEndpoint: string }

/** Characters of the keys of one Superior, which stay in memory for the crawl (§18.1). */
const MAX_KEYS_LENGTH = 64 * 1024

const nothing: ChainRecording = {
  superior() {},
  async entity() {},
  async statement() {},
}

/** Without a recorder, a crawl fetches no Subordinate Statements. */
export function createChainRecording({ recorder, ...options }: RecordingOptions): ChainRecording {
  if (!recorder) return nothing
  const superiors = new Map<EntityId, Superior | FederationError>()

  async function statement(superior: EntityId, subject: EntityId, configuration?: EntityStatement) {
    const found = await refusalOf(() => readStatement(superior, subject, configuration))
    // A host that does not respond now proves nothing about its statement.
    if (found instanceof FederationError && mayPass(found)) return
    await recorder?.statement(superior, subject, found)
  }

  async function readStatement(superior: EntityId, subject: EntityId, configuration?: EntityStatement) {
    const { fetcher, hosts, signal, allowHttp, now } = options
    const from = superiors.get(superior)
    if (!from) throw new FederationError('temporarily_unavailable', `${superior} was not read.`)
    if (from instanceof FederationError) throw from
    const request = { issuer: superior, subject, fetchEndpoint: from.fetchEndpoint }
    const jwt = await fetchOrRefuse(() =>
      hosts.fetch(from.fetchEndpoint, () => fetcher.subordinateStatement(request, { signal })),
    )
    const { keys } = from
    const found = await verifySubordinateStatement(jwt, { ...request, keys, allowHttp, now: now() })
    if (configuration) await verifySignature(configuration, found.claims.jwks, { now: now() })
    return found
  }

  return {
    superior(configuration) {
      superiors.set(configuration.claims.sub, readSuperior(configuration, options.allowHttp))
    },
    async entity(configuration, listedBy) {
      await recorder.entity(configuration)
      for (const superior of listedBy) await statement(superior, configuration.claims.sub, configuration)
    },
    statement,
  }
}

function readSuperior(configuration: EntityStatement, allowHttp: boolean): Superior | FederationError {
  const { jwks: keys, metadata } = configuration.claims
  const name = getEndpointParameter('fetch')
  try {
    checkEntityLimits(configuration)
    if (JSON.stringify(keys).length > MAX_KEYS_LENGTH) {
      // It may be valid, so nothing is said about the entities below it.
      throw new FederationError(
        'temporarily_unavailable',
        `The keys of ${configuration.claims.sub} are too long.`,
      )
    }
    const url = getMember(getMember(metadata, 'federation_entity'), name)
    return { keys, fetchEndpoint: parseEndpoint(url, ['metadata', 'federation_entity', name], { allowHttp }) }
  } catch (error) {
    if (error instanceof FederationError) return error
    throw error
  }
}

async function refusalOf<Result>(read: () => Promise<Result>): Promise<Result | FederationError> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FederationError) return error
    throw error
  }
}

function mayPass({ code, detail }: FederationError): boolean {
  return code === 'temporarily_unavailable' || detail.retryable === true
}
