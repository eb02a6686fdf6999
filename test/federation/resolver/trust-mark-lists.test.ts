/** A resolver uses the `trust_mark_issuers` and `trust_mark_owners` of the Trust Anchor (§3.1.2, §7.2.2). */
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import {
  buildDelegation,
  buildTrustMark,
  TRUST_MARK_DELEGATION_TYP,
  TRUST_MARK_TYP,
} from '#core/trust-mark/index.ts'
import { anchor } from '#test/helpers/federation.ts'
import { inEach, inFile } from '#test/helpers/in-file.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const listed = 'https://ta.example/marks/listed'
const unlisted = 'https://ta.example/marks/unlisted'

type Entity = Awaited<ReturnType<typeof offlineEntity>>

const ta = trustAnchorInFile()
const issuer = inFile(() => offlineEntity('https://issuer.example'))
const owner = inFile(() => offlineEntity('https://owner.example'))
beforeAll(async () => {
  await ta.publishConfiguration({ trust_mark_issuers: { [listed]: [issuer.id] } })
})

let count = 0
const rp = inEach(() => offlineEntity(`https://rp${++count}.example`))

/** Publishes an entity with additional claims in its configuration. */
async function publish(entity: Entity, claims: object) {
  const configuration = await ta.sign(
    { ...decodeJwt(entity.configuration), ...claims },
    ENTITY_STATEMENT_TYP,
    entity.key,
  )
  await ta.publishSubordinate({ ...entity, configuration })
}

/** Adds lists to the configurations of subject and issuer, and returns the resolved marks. */
async function resolvedWith(lists: object, type: string, delegation?: string): Promise<unknown[]> {
  const claims = buildTrustMark({ issuer: issuer.id, subject: rp.id, type, iat: ta.now() - 60, delegation })
  const mark = await ta.sign(claims, TRUST_MARK_TYP, issuer.key)
  await publish(issuer, lists)
  await publish(rp, { ...lists, trust_marks: [{ trust_mark_type: type, trust_mark: mark }] })
  const answer = await ta.get('/resolve', { sub: rp.id, trust_anchor: entityId })
  expect(answer.statusCode).toBe(200)
  return decodeJwt<{ trust_marks?: unknown[] }>(answer.body).trust_marks ?? []
}

test('uses the issuers of the Trust Anchor (§3.1.2)', {
  tags: ['3.1.2/trust-mark-issuers', '7.3/anchor'],
}, async () => {
  expect(await resolvedWith({ trust_mark_issuers: { [unlisted]: [] } }, unlisted)).toEqual([])
  expect(await resolvedWith({ trust_mark_issuers: { [listed]: [rp.id] } }, listed)).toHaveLength(1)
})

test('uses the owners of the Trust Anchor (§3.1.2)', {
  tags: ['3.1.2/trust-mark-owners', '7.3/anchor'],
}, async () => {
  const lists = { trust_mark_owners: { [listed]: { sub: owner.id, jwks: owner.keys } } }
  expect(await resolvedWith(lists, listed)).toHaveLength(1)
  const claims = buildDelegation({ owner: owner.id, issuer: issuer.id, type: listed, iat: ta.now() - 60 })
  const delegation = await ta.sign(claims, TRUST_MARK_DELEGATION_TYP, owner.key)
  expect(await resolvedWith(lists, listed, delegation)).toEqual([])
})

test('accepts an issuer only under the Trust Anchor that lists it (§7.3)', {
  tags: '7.3/anchor',
}, async () => {
  const federation = await anchor().leaf().start()
  const { top, leaf } = federation
  await ta.redis.client.hset(ta.names.trustAnchors, top.id, JSON.stringify(top.keys))
  await ta.announce({ kind: 'trust-anchors' })
  await ta.publishConfiguration({ trust_mark_issuers: { [listed]: [leaf.id] } })
  const marksUnderEither = async (holder: Entity) => {
    const claims = buildTrustMark({ issuer: leaf.id, subject: holder.id, type: listed, iat: ta.now() - 60 })
    const trust_mark = await ta.sign(claims, TRUST_MARK_TYP, leaf.key)
    await publish(holder, { trust_marks: [{ trust_mark_type: listed, trust_mark }] })
    const query = new URLSearchParams({ sub: holder.id, trust_anchor: entityId })
    query.append('trust_anchor', top.id)
    const answer = await ta.app.inject({ url: `/resolve?${query}` })
    return decodeJwt<{ trust_marks?: unknown[] }>(answer.body).trust_marks ?? []
  }
  expect(await marksUnderEither(rp)).toEqual([])

  leaf.options.authorityHints = [top.id, entityId]
  await ta.publishSubordinate({ id: leaf.id, keys: leaf.keys })
  expect(await marksUnderEither(await offlineEntity('https://later.example'))).toHaveLength(1)
  await federation.close()
})
