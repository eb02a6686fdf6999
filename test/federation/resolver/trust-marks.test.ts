/** A resolve response includes only verified Trust Marks of recognized types (§8.3, §7.3). */
import { decodeJwt } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { generateSigningKey, type Jwk } from '#core/keys.ts'
import {
  buildDelegation,
  buildTrustMark,
  TRUST_MARK_DELEGATION_TYP,
  TRUST_MARK_TYP,
} from '#core/trust-mark/index.ts'
import { inEach, inFile } from '#test/helpers/in-file.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const ours = 'https://ta.example/marks/member'
const theirs = 'https://issuer.example/marks/certified'
const owned = 'https://owner.example/marks/owned'
const anybody = 'https://ta.example/marks/anybody'
const unrecognized = 'https://ta.example/marks/unrecognized'

type Entity = Awaited<ReturnType<typeof offlineEntity>>

const ta = trustAnchorInFile()
const issuer = inFile(() => offlineEntity('https://issuer.example'))
const owner = inFile(() => offlineEntity('https://owner.example'))
beforeAll(async () => {
  await ta.publishConfiguration({
    trust_mark_issuers: { [ours]: [entityId], [theirs]: [issuer.id], [owned]: [issuer.id], [anybody]: [] },
    trust_mark_owners: { [owned]: { sub: owner.id, jwks: owner.keys } },
  })
  await ta.publishSubordinate(issuer)
})

let count = 0
const rp = inEach(() => offlineEntity(`https://rp${++count}.example`))
beforeEach(() => ta.publishSubordinate(rp))

type Mark = { type: string; by?: Entity; subject?: string; exp?: number; delegation?: string; key?: Jwk }

/** A valid mark, unless `changes` make it invalid. */
async function mark({ type, by = issuer, subject = rp.id, exp, delegation, key = by.key }: Mark) {
  const claims = buildTrustMark({ issuer: by.id, subject, type, iat: ta.now() - 60, exp, delegation })
  return ta.sign(claims, TRUST_MARK_TYP, key)
}

/** Adds marks to the configuration of the entity. */
async function carry(...marks: string[]) {
  const trustMarks = marks.map((jwt) => ({
    trust_mark_type: String(decodeJwt(jwt).trust_mark_type),
    trust_mark: jwt,
  }))
  await ta.publishSubordinate({ ...rp, configuration: await rp.configure({ trustMarks }) })
}

async function resolved() {
  const answer = await ta.get('/resolve', { sub: rp.id, trust_anchor: entityId })
  expect(answer.statusCode).toBe(200)
  const { trust_marks = [], exp } = decodeJwt<{ trust_marks?: { trust_mark: string }[] }>(answer.body)
  return { marks: trust_marks.map(({ trust_mark }) => trust_mark), exp }
}

test('adds the marks that we issued to the subject, until they are revoked', async () => {
  const jwt = await ta.issueTrustMark({ type: ours, subject: rp.id })
  expect((await resolved()).marks).toEqual([jwt])
  await ta.revokeTrustMark(jwt, { type: ours, subject: rp.id })
  expect((await resolved()).marks).toEqual([])
})

test('includes a mark once, even if it is also in the subject’s configuration', async () => {
  const jwt = await ta.issueTrustMark({ type: ours, subject: rp.id })
  await carry(jwt)
  expect((await resolved()).marks).toEqual([jwt])
})

test('drops our own revoked mark from the subject’s configuration', {
  tags: '8.3/active-marks',
}, async () => {
  const jwt = await ta.issueTrustMark({ type: ours, subject: rp.id })
  await carry(jwt)
  await ta.revokeTrustMark(jwt, { type: ours, subject: rp.id })
  expect((await resolved()).marks).toEqual([])
})

test('includes a mark of another issuer with a valid Trust Chain', {
  tags: '7/issuer-chain',
}, async () => {
  const jwt = await mark({ type: theirs })
  await carry(jwt)
  expect((await resolved()).marks).toEqual([jwt])
})

test('sets exp to the earliest of the chain and the marks (§8.3.2)', { tags: '8.3.2/exp' }, async () => {
  const exp = ta.now() + 120
  await carry(await mark({ type: theirs, exp }))
  expect((await resolved()).exp).toBe(exp)
})

test('requires a delegation from the owner of the type (§7.2)', {
  tags: ['7.2.2/step-9', '7.3/step-8'],
}, async () => {
  const claims = buildDelegation({ owner: owner.id, issuer: issuer.id, type: owned, iat: ta.now() - 60 })
  const delegation = await ta.sign(claims, TRUST_MARK_DELEGATION_TYP, owner.key)
  const delegated = await mark({ type: owned, delegation })
  await carry(delegated)
  expect((await resolved()).marks).toEqual([delegated])
  await carry(await mark({ type: owned }))
  expect((await resolved()).marks).toEqual([])
  await carry(
    await mark({ type: owned, delegation: await ta.sign(claims, TRUST_MARK_DELEGATION_TYP, issuer.key) }),
  )
  expect((await resolved()).marks).toEqual([])
})

const bad: [what: string, make: () => Promise<string>][] = [
  proves(
    ['of a type that the anchor does not recognize', () => mark({ type: unrecognized })],
    '8.3.2/trusted-issuers',
  ),
  proves(['from an issuer that may not issue the type', () => mark({ type: ours })], '8.3.2/trusted-issuers'),
  proves(
    ['about another entity', () => mark({ type: theirs, subject: 'https://else.example' })],
    '7.3/step-4',
  ),
  proves(['that has expired', () => mark({ type: theirs, exp: ta.now() - 10 })], '7.3/steps-5-6'),
  proves(
    ['signed with a foreign key', async () => mark({ type: theirs, key: await generateSigningKey('ES256') })],
    '7.3/step-7',
  ),
  proves(
    [
      'from an issuer without a Trust Chain',
      async () => mark({ type: anybody, by: await offlineEntity('http://127.0.0.1:1') }),
    ],
    '7/issuer-chain',
  ),
  proves(
    [
      'with our iss that we never issued',
      async () => mark({ type: ours, by: { ...rp, id: entityId }, key: ta.key }),
    ],
    '8.3/active-marks',
  ),
]

eachRow(bad)('drops only a mark %s', async (_what, make) => {
  const good = await mark({ type: theirs })
  await carry(await make(), good)
  expect((await resolved()).marks).toEqual([good])
})
