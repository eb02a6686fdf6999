/** Publishes the present state of one thing, or of all of a kind; idempotent, so that it may always be repeated. */
import type { Redis } from 'ioredis'
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { buildHistoricalKeySet, HISTORICAL_KEYS_TYP } from '#core/historical-keys.ts'
import { signJwt } from '#core/jws.ts'
import type { IssuedTrustMark, TrustMark, TrustMarkType } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database.ts'
import { entityConfigurationClaims } from '#server/publish/build.ts'
import type { Topic } from '#server/publish/outbox.ts'
import { type SignedSubordinate, withStatements } from '#server/publish/statements.ts'
import {
  commit,
  type PublishedKeys,
  type PublishedSubordinate,
  type PublishedTrustMark,
  putSubordinate,
  putTrustAnchors,
  putTrustMark,
  removeSubordinate,
} from '#server/publish/write.ts'
import { readSettings } from '#server/settings.ts'
import type { SigningKeys } from '#server/signing-keys.ts'
import type { RedisKeys } from '#store/keys.ts'

export type PublishContext = {
  db: Database
  redis: Redis
  keys: RedisKeys
  entityId: string
  signingKeys: SigningKeys
}

/** Rows handled at a time: bounds memory, and one round trip to each store a page. */
const PAGE = 500

/** All but the full rebuild, which is not one thing (rebuild.ts). */
export type SingleTopic = Exclude<Topic, 'everything'>

const publishers: Readonly<Record<SingleTopic, (context: PublishContext, key: string) => Promise<void>>> = {
  'entity-configuration': publishEntityConfiguration,
  'historical-keys': publishHistoricalKeys,
  'trust-anchors': publishTrustAnchors,
  subordinate: publishSubordinate,
  subordinates: publishSubordinates,
  'trust-mark': publishTrustMark,
}

export function isSingleTopic(topic: string): topic is SingleTopic {
  return Object.hasOwn(publishers, topic)
}

export async function publish(context: PublishContext, topic: SingleTopic, key: string): Promise<void> {
  await publishers[topic](context, key)
}

const unixNow = () => Math.floor(Date.now() / 1000)
const toUnix = (date: Date) => Math.floor(date.getTime() / 1000)

/** The signed Entity Configuration of the Trust Anchor (9). */
export async function signEntityConfiguration(context: PublishContext): Promise<string> {
  const { signer, published } = context.signingKeys.current()
  const claims = entityConfigurationClaims({
    entityId: context.entityId,
    settings: await readSettings(context.db),
    types: await context.db.trustMarkType.findMany({ select: { type: true, active: true, owner: true } }),
    keys: published,
    now: unixNow(),
  })
  return signJwt(claims, { key: signer, typ: ENTITY_STATEMENT_TYP })
}

async function publishEntityConfiguration(context: PublishContext): Promise<void> {
  const jwt = await signEntityConfiguration(context)
  await commit(context.redis, context.keys, [{ kind: 'entity-configuration' }], (to) => {
    to.set(context.keys.entityConfiguration, jwt)
  })
}

/** The signed historical key set (8.7); empty as long as no key was retired. */
export async function signHistoricalKeys(context: PublishContext): Promise<string> {
  const { signer, historical } = context.signingKeys.current()
  const claims = buildHistoricalKeySet({ issuer: context.entityId, iat: unixNow(), keys: historical })
  return signJwt(claims, { key: signer, typ: HISTORICAL_KEYS_TYP })
}

async function publishHistoricalKeys(context: PublishContext): Promise<void> {
  const jwt = await signHistoricalKeys(context)
  await commit(context.redis, context.keys, [{ kind: 'historical-keys' }], (to) => {
    to.set(context.keys.historicalKeys, jwt)
  })
}

async function publishTrustAnchors(context: PublishContext): Promise<void> {
  const { trustAnchors } = await readSettings(context.db)
  await commit(context.redis, context.keys, [{ kind: 'trust-anchors' }], (to) => {
    putTrustAnchors(to, context.keys, trustAnchors as Record<string, unknown>) // parsed when written
  })
}

async function publishSubordinate(context: PublishContext, entityId: string): Promise<void> {
  const subordinate = await context.db.subordinate.findUnique({ where: { entityId } })
  const [signed] = subordinate?.active ? await signPage(context, [subordinate]) : []
  await commit(context.redis, context.keys, [{ kind: 'subordinate', id: entityId }], (to) => {
    if (signed) putSubordinate(to, context.keys, publishedSubordinate(signed))
    else removeSubordinate(to, context.keys, entityId)
  })
}

async function publishSubordinates(context: PublishContext): Promise<void> {
  for await (const page of activeSubordinates(context)) {
    await commit(context.redis, context.keys, [{ kind: 'subordinate' }], (to) => {
      for (const subordinate of page) putSubordinate(to, context.keys, subordinate)
    })
  }
}

async function publishTrustMark(context: PublishContext, id: string): Promise<void> {
  const mark = await context.db.trustMark.findUnique({
    where: { id: Number(id) },
    include: { trustMarkType: true, issued: true },
  })
  if (!mark) return
  await commit(context.redis, context.keys, [{ kind: 'trust-mark', id: mark.entityId }], (to) => {
    putTrustMark(to, context.keys, publishedTrustMark(mark))
  })
}

async function signPage(
  context: PublishContext,
  page: Parameters<typeof withStatements>[0],
): Promise<SignedSubordinate[]> {
  const { db, entityId, signingKeys } = context
  const settings = await readSettings(db)
  return withStatements(page, {
    db,
    entityId,
    settings,
    signer: signingKeys.current().signer,
    now: unixNow(),
  })
}

/** Every active subordinate with a current statement, page by page. */
export async function* activeSubordinates(context: PublishContext): AsyncGenerator<PublishedSubordinate[]> {
  for (let after = 0; ; ) {
    const rows = await context.db.subordinate.findMany({
      where: { active: true, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    const last = rows.at(-1)
    if (!last) return
    yield (await signPage(context, rows)).map(publishedSubordinate)
    after = last.id
  }
}

/** Every trust mark ever granted, with all the JWTs issued for it, page by page. */
export async function* allTrustMarks(context: PublishContext): AsyncGenerator<PublishedTrustMark[]> {
  for (let after = 0; ; ) {
    const rows = await context.db.trustMark.findMany({
      where: { id: { gt: after } },
      include: { trustMarkType: true, issued: true },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(publishedTrustMark)
    after = last.id
  }
}

function publishedSubordinate(row: SignedSubordinate): PublishedSubordinate {
  const { entityId, statement, entityConfiguration, entityTypes, intermediate } = row
  const info = {
    entity_types: entityTypes,
    intermediate,
    registered: toUnix(row.registeredAt),
    updated: toUnix(row.statementIssuedAt),
    expires: toUnix(row.statementExpiresAt),
  }
  return { entityId, statement, entityConfiguration, entityTypes, info }
}

function publishedTrustMark(
  mark: TrustMark & { trustMarkType: TrustMarkType; issued: IssuedTrustMark[] },
): PublishedTrustMark {
  return {
    type: mark.trustMarkType.type,
    entityId: mark.entityId,
    jwt: mark.jwt,
    revoked: !mark.active,
    issued: mark.issued.map(({ hash, revokedAt }) => ({ hash, revokedAt: revokedAt && toUnix(revokedAt) })),
  }
}

/** Names of everything that a full rebuild writes once. */
export async function putSingletons(
  context: PublishContext,
  keys: PublishedKeys,
): Promise<(to: ReturnType<Redis['multi']>) => void> {
  const [configuration, historical, settings] = await Promise.all([
    signEntityConfiguration(context),
    signHistoricalKeys(context),
    readSettings(context.db),
  ])
  return (to) => {
    to.set(keys.entityConfiguration, configuration)
    to.set(keys.historicalKeys, historical)
    putTrustAnchors(to, keys, settings.trustAnchors as Record<string, unknown>) // parsed when written
  }
}
