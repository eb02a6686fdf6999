/** Fills a Redis like the publisher, with any number of subordinates, and returns subjects for the load. */
import type { Redis } from 'ioredis'
import {
  buildEntityConfiguration,
  buildSubordinateStatement,
  ENTITY_STATEMENT_TYP,
} from '#core/entity-statement/index.ts'
import { createLocalSigner, signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { prepareHolderPages, prepareSubordinatePages } from '#server/publish/list-pages.ts'
import { redisKeys } from '#store/keys.ts'
import { formatPublicationMarker } from '#store/page-reader.ts'
import { formatSubordinateInfo } from '#store/subordinate-info.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

export const entityId = 'https://ta.example'
export const markType = 'https://ta.example/marks/member'
/** A type that every tenth subordinate has. */
export const wideMarkType = 'https://ta.example/marks/certified'
/** A type that every subordinate has. */
export const commonMarkType = 'https://ta.example/marks/common'

export const memberId = (at: number) => `https://rp-${at}.example.org`

/** Subordinates, and a mark of each. */
export type Sample = { subjects: readonly string[]; type: string; marks: readonly string[] }

export type Filled = {
  /** Those that clients ask for often. */
  popular: Sample
  /** All, or every n-th. */
  any: Sample
  /** The public keys of every member. */
  memberKeys: { keys: Jwk[] }
}

type Mark = { type: string; entityId: string; jwt: string; revoked: boolean }

const POPULAR = 100
const ANY = 100_000
const BATCH = 1_000
const LIFETIME = 30 * 86_400

export async function fill(redis: Redis, key: Jwk, count: number, prefix = ''): Promise<Filled> {
  const keys = redisKeys(prefix)
  const [signer, member] = [await createLocalSigner(key), await generateSigningKey('ES256')]
  const memberKeys = { keys: [toPublicJwk(member)] }
  const iat = Math.floor(Date.now() / 1000)
  const times = { iat, exp: iat + LIFETIME }
  const sample = (type: string, size: number) => ({
    type,
    subjects: [] as string[],
    marks: [] as string[],
    /** Whether it is the turn of this member. */
    takes: (at: number, taken: number) => at === Math.floor((taken * count) / Math.min(size, count)),
  })
  const [popular, any] = [sample(markType, POPULAR), sample(commonMarkType, ANY)]
  const sign = (claims: object, typ: string) => signJwt(claims, { key: signer, typ })
  const entity_types = ['openid_relying_party']
  const changed = { registered: iat, updated: iat, expires: times.exp }
  const info = { entity_types, intermediate: false, ...changed }
  const infoText = formatSubordinateInfo(info)
  /** What the pages of lists do not have yet. */
  const unlisted = { subordinates: [] as { entityId: string; info: typeof info }[], marks: [] as Mark[] }

  async function addMark(to: ReturnType<Redis['pipeline']>, subject: string, type: string) {
    const mark = await sign(buildTrustMark({ issuer: entityId, subject, type, ...times }), TRUST_MARK_TYP)
    to.hset(keys.trustMarks(subject), type, mark)
    to.sadd(keys.trustMarkHolders(type), subject)
    to.sadd(keys.issuedTrustMarks, hashTrustMark(mark))
    unlisted.marks.push({ type, entityId: subject, jwt: mark, revoked: false })
    return mark
  }
  async function add(to: ReturnType<Redis['pipeline']>, at: number) {
    const id = memberId(at)
    const statement = buildSubordinateStatement({ issuer: entityId, subject: id, ...times, keys: memberKeys })
    to.hset(keys.subordinates, id, await sign(statement, ENTITY_STATEMENT_TYP))
    to.hset(keys.subordinateInfo, id, infoText)
    unlisted.subordinates.push({ entityId: id, info })
    to.sadd(keys.relyingParties, id)
    if (at % 10 === 0) await addMark(to, id, wideMarkType)
    const common = await addMark(to, id, commonMarkType)
    if (!any.takes(at, any.subjects.length)) return
    any.subjects.push(id)
    any.marks.push(common)
    const claims = relyingParty(id, memberKeys, times)
    const configuration = await signJwt(claims, { key: member, typ: ENTITY_STATEMENT_TYP })
    to.hset(keys.subordinateConfigurations, id, configuration)
    if (!popular.takes(at, popular.subjects.length)) return
    popular.subjects.push(id)
    popular.marks.push(await addMark(to, id, markType))
  }

  for (let start = 0; start < count; start += BATCH) {
    const pipeline = redis.pipeline()
    for (let at = start; at < Math.min(start + BATCH, count); at++) await add(pipeline, at)
    const [published, marks] = [unlisted.subordinates.splice(0), unlisted.marks.splice(0)]
    const putSubordinates = await prepareSubordinatePages(redis, keys, { published })
    const putMarks = await prepareHolderPages(redis, keys, marks)
    putSubordinates(pipeline)
    putMarks(pipeline)
    await pipeline.exec()
  }
  const own = buildEntityConfiguration({ entityId, ...times, keys: { keys: [toPublicJwk(key)] }, metadata })
  const configuration = await sign({ ...own, trust_mark_issuers: issuers }, ENTITY_STATEMENT_TYP)
  await redis.set(keys.entityConfiguration, configuration)
  await redis.sadd(keys.trustMarkTypes, ...Object.keys(issuers))
  await redis.set(keys.publicationMarker, formatPublicationMarker('filled'))
  return { popular, any, memberKeys }
}

const issuers = { [markType]: [entityId], [wideMarkType]: [entityId], [commonMarkType]: [entityId] }
const metadata: Metadata = {
  federation_entity: {
    organization_name: 'Example Federation',
    federation_fetch_endpoint: `${entityId}/fetch`,
    federation_list_endpoint: `${entityId}/list`,
  },
}

type Times = { iat: number; exp: number }

/** The claims of its Entity Configuration. */
export const relyingParty = (entity: string, keys: { keys: Jwk[] }, times: Times, client_name = 'Example') =>
  buildEntityConfiguration({
    entityId: entity,
    ...times,
    keys,
    metadata: { openid_relying_party: { client_name, client_registration_types: ['automatic'] } },
    authorityHints: [entityId],
  })
