/** An entity without a server: its statements are signed here and stored as if they were fetched. */
import { buildEntityConfiguration, ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { entityId } from './publisher.ts'

type Options = {
  /** Its private key; a new one for ES256 by default. */
  key?: Jwk
  metadata?: Metadata
  authorityHints?: string[]
  /** Unix seconds. */
  exp?: number
  trustMarks?: { trust_mark_type: string; trust_mark: string }[]
}

export async function offlineEntity(id: string, options: Options = {}) {
  const key = options.key ?? (await generateSigningKey('ES256'))
  const keys = { keys: [toPublicJwk(key)] }
  const now = Math.floor(Date.now() / 1000)
  const configure = ({ exp, ...changed }: Options = {}) => {
    const { metadata, authorityHints, trustMarks } = { ...options, ...changed }
    const claims = buildEntityConfiguration({
      entityId: id,
      iat: now - 60,
      exp: exp ?? options.exp ?? now + 1800,
      keys,
      metadata: metadata ?? relyingParty,
      authorityHints: authorityHints ?? [entityId],
      trustMarks,
    })
    return signJwt(claims, { key, typ: ENTITY_STATEMENT_TYP })
  }
  return { id, key, keys, configure, configuration: await configure() }
}
