/** Creates a federation of an inmor installation: members in every state, marks of every kind, a retired key. */
import { mkdir, writeFile } from 'node:fs/promises'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import type { OldInmor } from '#test/helpers/old-inmor.ts'

export const member = 'https://ta.example.org/marks/member'
export const certified = 'https://ta.example.org/marks/certified'
export const foreign = 'https://other.example.org/marks/verified'
const add = ['ops@ta.example.org']
export const policy = { openid_relying_party: { contacts: { add } } }
const published = { openid_relying_party: { contacts: { add, subsetof: add } } }

export type OldFederation = {
  entities: ReadonlyMap<string, TestEntity>
  /** JWTs. */
  marks: ReadonlyMap<string, string>
  historicalKid: string
  dormantStatement: string
}

/** Its entities answer, except the removed one. */
export async function fillOldInmor(
  old: OldInmor,
  { entityId, config }: Pick<TestAdmin, 'entityId' | 'config'>,
): Promise<OldFederation> {
  const entities = new Map<string, TestEntity>()
  const marks = new Map<string, string>()
  const entity = (name: string): TestEntity => {
    const found = entities.get(name)
    if (!found) throw new Error(`there is no entity ${name}`)
    return found
  }
  const id = (name: string) => entity(name).id
  const jwt = (name: string) => marks.get(name) ?? ''

  const { alg: _, ...retired } = toPublicJwk(await generateSigningKey('ES256'))
  const historicalKid = retired.kid
  await mkdir(config.historicalKeysDirectory, { recursive: true })
  const now = Math.floor(Date.now() / 1000)
  const history = JSON.stringify({ ...retired, iat: now - 7200, exp: now - 3600 })
  await writeFile(`${config.historicalKeysDirectory}/${historicalKid}.json`, history)

  await old.publishConfiguration(
    { organization_name: 'The old federation', contacts: ['old@ta.example.org'] },
    { trust_mark_issuers: { [member]: [entityId], [foreign]: ['https://other.example.org'] } },
  )
  for (const name of ['first', 'second', 'dormant', 'gone', 'forged']) {
    entities.set(name, await startEntity({ metadata: relyingParty, authorityHints: [entityId] }))
  }
  await old.addType(member, 2000, 100)
  await old.addType(certified, 500, 48, false)
  await old.addSubordinate(
    entity('first'),
    {
      validFor: 24 * 30,
      forcedMetadata: { openid_relying_party: { client_name: 'Forced' } },
      additionalClaims: { tier: 'gold', constraints: { max_path_length: 0 }, crit: ['tier'] },
      requiredTrustMarks: member,
    },
    published,
  )
  await old.addSubordinate(entity('second'), { validFor: 1000, autorenew: false }, published)
  const dormantStatement = await old.addSubordinate(entity('dormant'), { active: false }, published)
  await old.addSubordinate(entity('gone'), { active: false }, published)
  await entity('gone').close()
  await old.addSubordinate(entity('forged'), {}, published)
  await old.redis.client.hset('inmor:subordinates:jwt', id('forged'), await entity('second').configuration())

  const issued = now - 86_400
  marks.set('replaced', await old.sign(member, id('first'), { issued }))
  marks.set('current', await old.sign(member, id('first'), { hours: 1000 }))
  await old.putMark(member, id('first'), jwt('current'), 1000)
  marks.set('revoked', await old.sign(member, id('second')))
  await old.putMark(member, id('second'), null)
  marks.set('untyped', await old.sign(certified, id('second'), { typ: 'JWT' }))
  await old.putMark(certified, id('second'), jwt('untyped'))
  return { entities, marks, historicalKid, dormantStatement }
}
