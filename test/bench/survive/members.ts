/** Members of which each has an Entity Configuration of its own and a Trust Mark with a status list, published by the product. */
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { createLocalSigner, signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { markType, memberId, relyingParty } from '../fill.ts'
import { endOf, type Installation, mutate, stopSchedules } from '../installation.ts'

const BATCH = 5_000
const LIFETIME = 365 * 86_400

const insertion = `
  INSERT INTO "Subordinate" ("entityId", "entityTypes", "metadata", "jwks", "entityConfiguration",
    "entityConfigurationExpiresAt", "lastCheckedAt")
  SELECT id, '{openid_relying_party}', $3, $4, jwt, $5, now() FROM unnest($1::text[], $2::text[]) AS each(id, jwt)`

/** Of no use until they are signed. */
const marks = `
  INSERT INTO "TrustMark" ("trustMarkTypeId", "entityId", "subordinateId", "autorenew", "validFor", "renewalTime", "jwt", "kid",
    "issuedAt", "expiresAt")
  SELECT (SELECT "id" FROM "TrustMarkType"), "entityId", "id", true, 8760, 48, 'unsigned', $1, now(), now() + interval '1 year'
  FROM "Subordinate" AS s ORDER BY s."id"`

async function insert({ query }: Installation, count: number): Promise<void> {
  const key = await generateSigningKey('ES256')
  const signer = await createLocalSigner(key)
  const keys = { keys: [toPublicJwk(key)] }
  const iat = Math.floor(Date.now() / 1000)
  const times = { iat, exp: iat + LIFETIME }
  const { metadata } = relyingParty(memberId(0), keys, times)
  for (let start = 0; start < count; start += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, count - start) }, (_, at) => memberId(start + at))
    const jwts = await Promise.all(
      ids.map((id) => signJwt(relyingParty(id, keys, times), { key: signer, typ: ENTITY_STATEMENT_TYP })),
    )
    await query(insertion, [ids, jwts, metadata, keys, new Date(times.exp * 1000)])
  }
}

/** Starts the admin server. */
export async function publishMembers(installation: Installation, count: number): Promise<AdminClient> {
  const program = await installation.start()
  await stopSchedules(installation)
  await insert(installation, count)
  await program.ask('rebuild')
  const admin = await installation.openAdmin()
  await mutate(admin, 'createTrustMarkType', { type: markType, statusList: true }, 'trustMarkType')
  await installation.query(marks, [installation.kid])
  await installation.query('VACUUM ANALYZE')
  const { id } = await mutate(admin, 'reissueTrustMarks', {}, 'run')
  const { done, state } = await endOf(admin, id, 200)
  if (done !== count) throw new Error(`${done} of ${count} marks were signed (${state})`)
  return admin
}
