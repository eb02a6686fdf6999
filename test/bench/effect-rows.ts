/** Fills a database with members that declare different metadata, and with a crawl of entities below their Intermediates. */
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { createChainRecorder } from '#server/services/collection/recorder.ts'
import { entityId } from './fill.ts'

const BATCH = 1_000
const CRAWL = 1
/** One member in so many is an Intermediate. */
const PER_INTERMEDIATE = 50

export const leafId = (at: number) => `https://app-${at}.org-${at % 500}.example`
export const intermediateId = (at: number) => `https://federation-${at}.example`
const belowId = (at: number) => `https://wiki-${at}.org-${at % 500}.example`

const scopes = ['openid', 'openid email', 'openid email profile']
const methods = ['private_key_jwt', 'private_key_jwt', 'private_key_jwt', 'client_secret_basic']

const metadataOf = (id: string, at: number): Metadata => ({
  openid_relying_party: {
    client_name: `Application ${at}`,
    redirect_uris: [`${id}/callback`, `${id}/silent`],
    client_registration_types: ['automatic'],
    scope: scopes[at % scopes.length],
    token_endpoint_auth_method: methods[at % methods.length],
    contacts: [`operations@org-${at % 500}.example`],
    logo_uri: `${id}/logo.svg`,
    tos_uri: `${id}/terms`,
  },
  ...(at % 3 === 0 ? { federation_entity: { organization_name: `Organization ${at % 500}` } } : {}),
})

/** Returns what inserts the crawl. */
export async function insertEntities(db: Database, members: number): Promise<() => Promise<void>> {
  const keys = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
  const kid = keys.keys[0]?.kid ?? ''
  const intermediates = Math.ceil(members / PER_INTERMEDIATE)
  const now = new Date()
  const iat = Math.floor(now.getTime() / 1000)
  /** Without a signature: it is not verified here. */
  const parsed = (id: string, metadata: Metadata, claims: object = {}) => {
    const all = { iss: id, sub: id, iat, exp: iat + 86_400, jwks: keys, metadata, ...claims }
    const header = { alg: 'ES256', kid, typ: 'entity-statement+jwt' }
    const jwt = [header, all].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return { jwt: `${jwt}.c2ln`, header, claims: all }
  }
  const endpoints = { federation_entity: { federation_fetch_endpoint: 'https://federation.example/fetch' } }
  const rowOf = (id: string, metadata: Metadata, intermediate: boolean) => ({
    ...{ entityId: id, intermediate, entityTypes: Object.keys(metadata), jwks: keys },
    metadata: metadata as Prisma.InputJsonObject, // made of JSON above
    entityConfiguration: parsed(id, metadata, { authority_hints: [entityId] }).jwt,
    entityConfigurationExpiresAt: now,
    lastCheckedAt: now,
  })
  for (let start = 0; start < members; start += BATCH) {
    const ats = Array.from({ length: Math.min(BATCH, members - start) }, (_, at) => start + at)
    await db.subordinate.createMany({
      data: ats.map((at) =>
        at < members - intermediates
          ? rowOf(leafId(at), metadataOf(leafId(at), at), false)
          : rowOf(intermediateId(at - members + intermediates), endpoints, true),
      ),
    })
  }
  await db.$executeRawUnsafe('VACUUM ANALYZE "Subordinate"')
  return async () => {
    const recorder = createChainRecorder(db, CRAWL)
    for (let at = 0; at < members; at++) {
      const [id, superior] = [belowId(at), intermediateId(at % intermediates)]
      const statement = parsed(superior, {}, { sub: id, metadata: {} })
      await recorder.entity(parsed(id, metadataOf(id, at)))
      await recorder.statement(superior, id, statement)
    }
    await recorder.flush()
    await db.collectionEvaluation.create({ data: { id: 1, crawlId: CRAWL, crawledAt: now, basis: '' } })
    await db.$executeRawUnsafe('VACUUM ANALYZE "CollectedEntity", "CollectedStatement"')
  }
}
