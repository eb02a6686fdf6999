/** A federation below the admin server under test, whose entities publish without a network: members, Intermediates, and what is below them. */
import fc from 'fast-check'
import {
  buildEntityConfiguration,
  buildSubordinateStatement,
  ENTITY_STATEMENT_TYP,
  type EntityStatement,
  parseEntityStatement,
} from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import { resolveEntity } from '#core/trust-chain/index.ts'
import { createStatementSource } from '#federation/resolver/statement-source.ts'
import { toUnix } from '#server/clock.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import { toDeclaredColumns } from '#server/services/subordinate/row.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { declared, statementOfIntermediate } from '#test/server/effect/plan-arbitraries.ts'

type Entity = {
  id: string
  isMember: boolean
  /** Positions of the keys that sign its configuration and its statements. */
  signs: number
  states: number
  superiors: string[]
}

const idOf = (name: string, at: number) =>
  `https://${name}-${at}.${at % 3 === 0 ? 'outside' : 'inside'}.example.org`
const [first, second, third, lower] = [idOf('i', 0), idOf('i', 1), idOf('i', 2), idOf('j', 1)]

const member = (id: string, superiors: string[] = [], signs = 0, states = 0): Entity => ({
  ...{ id, isMember: true, superiors, signs, states },
})
const below = (id: string, superiors: string[]): Entity => ({ ...member(id, superiors), isMember: false })

/** The third Intermediate is below the first one too. The second one states with another key than it signs with. */
const entities: readonly Entity[] = [
  member(first),
  member(second, [], 0, 1),
  member(third, [first], 1, 1),
  ...[0, 1, 2, 3, 4].map((at) => member(idOf('m', at))),
  member(idOf('m', 5), [second]),
  member(idOf('m', 6), [lower]),
  below(lower, [first, second]),
  ...[
    [first],
    [second],
    [third],
    [lower],
    [first, second],
    [third, lower],
    [lower, second],
    [third, second],
  ].map((superiors, at) => below(idOf('b', at), superiors)),
  // Its superior vouches for another key.
  below(idOf('x', 1), [first]),
]
const intermediates = [first, second, third, lower]
export const memberIds = entities.flatMap(({ id, isMember }) => (isMember ? [id] : []))
export const allIds = entities.map(({ id }) => id)

export type MemoryFederation = Awaited<ReturnType<typeof startMemoryFederation>>
/** What a resolver finds; null: it does not resolve. */
export type Resolution = ReadonlyMap<string, Metadata | null>

/** `seed`: of what its entities declare and state. */
export async function startMemoryFederation(admin: TestAdmin, seed: number) {
  const { db, services, publisher, jobContext, now } = admin.server
  const pool = await Promise.all([0, 1].map(() => generateSigningKey('ES256')))
  const foreign = await generateSigningKey('ES256')
  const keys: JwkSet = { keys: pool.map(toPublicJwk) }
  const keyAt = (at: number): Jwk => pool[at] ?? foreign
  const iat = toUnix(now())
  const metadataOf = fc.sample(declared, { numRuns: entities.length, seed })
  const statements = new Map<string, string>()
  const configurations = new Map<string, string>()

  for (const [at, { id, isMember, superiors, signs }] of entities.entries()) {
    const own = JSON.parse(JSON.stringify(metadataOf[at]).replaceAll('"own"', JSON.stringify(id)))
    const endpoints = {
      federation_entity: { ...own.federation_entity, federation_fetch_endpoint: `${id}/fetch` },
    }
    const claims = buildEntityConfiguration({
      entityId: id,
      ...{ iat, exp: iat + 86_400, keys },
      metadata: intermediates.includes(id) ? { ...own, ...endpoints } : own,
      authorityHints: isMember ? [admin.entityId, ...superiors] : superiors,
    })
    configurations.set(id, await sign(claims, keyAt(signs)))
  }
  const links = entities.flatMap(({ id, superiors }) => superiors.map((superior) => ({ id, superior })))
  const stated = fc.sample(statementOfIntermediate, { numRuns: links.length, seed })
  for (const [at, { id, superior }] of links.entries()) {
    const isVouchedFor = !id.startsWith('https://x')
    const claims = buildSubordinateStatement({
      issuer: superior,
      subject: id,
      // The first of all to expire, so that chains of the same length are preferred by name.
      ...{ iat, exp: iat + 43_200 },
      keys: isVouchedFor ? keys : { keys: [toPublicJwk(foreign)] },
      ...stated[at],
    })
    const { states = 0 } = entities.find((entity) => entity.id === superior) ?? {}
    statements.set(`${superior} ${id}`, await sign(claims, keyAt(states)))
  }

  const read = (jwt: string | undefined) => {
    if (jwt === undefined) throw new FederationError('not_found', 'There is no such statement.')
    return jwt
  }
  const configurationOf = (id: string): EntityStatement =>
    parseEntityStatement(read(configurations.get(id)), { allowHttp: true })

  /** As at its first registration. */
  async function insertMember(id: string): Promise<void> {
    const data = { ...toDeclaredColumns(configurationOf(id), now()), entityId: id, jwks: keys }
    await db.$transaction(async (tx) => {
      await tx.subordinate.create({ data })
      await enqueue(tx, [toPublish('subordinate', id)])
    })
  }

  /** What a crawl stores of the entities below the Intermediates, and that it ended. */
  async function crawl(): Promise<void> {
    const recorder = await services.collection.record(1)
    for (const { id, superiors } of entities) {
      if (superiors.length > 0) await recorder.entity(configurationOf(id))
      for (const superior of superiors) {
        const refusal = new FederationError('invalid_request', 'It is signed with another key.')
        const statement = parseEntityStatement(read(statements.get(`${superior} ${id}`)))
        await recorder.statement(superior, id, id.startsWith('https://x') ? refusal : statement)
      }
    }
    await recorder.flush()
    // Without it, the server takes Redis for emptied, and crawls the federation that has no network.
    const { redis, keys: published } = jobContext.publishing
    await redis.set(published.collection.lastUpdated, iat)
    await services.collection.adopt(1, { signal: new AbortController().signal })
  }

  /** With the resolver of the federation server, from what is published. */
  async function resolveAll(): Promise<Resolution> {
    const anchor = admin.entityId
    const at = toUnix(now())
    const remote = {
      entityConfiguration: async (id: string) => read(configurations.get(id)),
      subordinateStatement: async (request: { issuer: string; subject: string }) =>
        read(statements.get(`${request.issuer} ${request.subject}`)),
    }
    const source = createStatementSource(
      { entityId: anchor, allowHttp: true, reader: jobContext.reader, now: at },
      remote,
    )
    const anchorKeys = jobContext.publishing.signingKeys.current().published
    const options = {
      ...{ trustAnchors: [anchor], trustAnchorKeys: { [anchor]: anchorKeys } },
      ...{ source, now: at, allowHttp: true },
    }
    const resolve = async (id: string): Promise<[string, Metadata | null]> => {
      try {
        return [id, (await resolveEntity(id, options)).metadata]
      } catch (error) {
        if (error instanceof FederationError) return [id, null]
        throw error
      }
    }
    return new Map(await Promise.all(allIds.map(resolve)))
  }

  for (const id of memberIds) await insertMember(id)
  await publisher.flush(10_000)
  await crawl()
  return { keys, foreign: toPublicJwk(foreign), configurations, insertMember, resolveAll }
}

const sign = (claims: object, key: Jwk) => signJwt(claims, { key, typ: ENTITY_STATEMENT_TYP })
