/** Signs the Trust Anchor's own documents. */
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { buildHistoricalKeySet, HISTORICAL_KEYS_TYP } from '#core/historical-keys.ts'
import { signJwt } from '#core/jws.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import { typedTrustMarkType } from '#server/database/typed-row.ts'
import { entityConfigurationClaims } from '#server/publish/build.ts'
import type { PublishContext } from '#server/publish/context.ts'

/** The Entity Configuration (§9). */
export async function signEntityConfiguration({
  db,
  entityId,
  signingKeys,
  now,
}: PublishContext): Promise<string> {
  const { signer, published } = signingKeys.current()
  const types = await db.trustMarkType.findMany({ select: { type: true, active: true, owner: true } })
  const claims = entityConfigurationClaims({
    entityId,
    settings: await readSettings(db),
    types: types.map(typedTrustMarkType),
    keys: published,
    kid: signer.kid,
    now: toUnix(now()),
  })
  return signJwt(claims, { key: signer, typ: ENTITY_STATEMENT_TYP })
}

/** The Trust Mark types that are not in use, which change with the Entity Configuration. */
export async function findUnusedTypes({ db }: Pick<PublishContext, 'db'>): Promise<string[]> {
  const rows = await db.trustMarkType.findMany({ where: { active: false }, select: { type: true } })
  return rows.map(({ type }) => type)
}

/** The historical key set (§8.7); empty as long as no key was retired. */
export async function signHistoricalKeys({ entityId, signingKeys, now }: PublishContext): Promise<string> {
  const { signer, historical } = signingKeys.current()
  const claims = buildHistoricalKeySet({ issuer: entityId, iat: toUnix(now()), keys: historical })
  return signJwt(claims, { key: signer, typ: HISTORICAL_KEYS_TYP })
}
