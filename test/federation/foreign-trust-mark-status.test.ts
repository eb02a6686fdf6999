/** Marks of another issuer, whom we ask whether they are still active (§8.3, §8.4). */
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildTrustMark, TRUST_MARK_STATUS_TYP, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { offlineEntity } from './offline-entity.ts'
import { entityId } from './publisher.ts'
import { startRawServer } from './raw-server.ts'
import { startTrustAnchor, type TrustAnchor } from './trust-anchor.ts'

const type = 'https://issuer.example/marks/certified'

type Entity = Awaited<ReturnType<typeof offlineEntity>>
/** How the issuer departs from a sound answer. */
type Change = { claims?: object; typ?: string; key?: Entity['key']; httpStatus?: number }

let ta: TrustAnchor
let server: Awaited<ReturnType<typeof startRawServer>>
let issuer: Entity
let stranger: Entity
let rp: Entity
let change: Change
let asked: { method: string | undefined; form: Record<string, string> }[]

beforeAll(async () => {
  ta = await startTrustAnchor()
  server = await startRawServer(async (request, response) => {
    response.writeHead(change.httpStatus ?? 200, { 'content-type': `application/${TRUST_MARK_STATUS_TYP}` })
    response.end(await answer(request))
  })
  issuer = await offlineEntity('https://issuer.example', {
    metadata: { federation_entity: { federation_trust_mark_status_endpoint: `${server.url}/status` } },
  })
  stranger = await offlineEntity('https://stranger.example')
  await ta.publishConfiguration({ trust_mark_issuers: { [type]: [issuer.id] } })
  await ta.publishSubordinate(issuer)
})
afterAll(async () => {
  await ta.close()
  await server.close()
})

let count = 0
beforeEach(async () => {
  rp = await offlineEntity(`https://rp${++count}.example`)
  change = {}
  asked = []
})

async function answer(request: IncomingMessage): Promise<string> {
  const form = Object.fromEntries(new URLSearchParams(await text(request)))
  asked.push({ method: request.method, form })
  const sound = { iss: issuer.id, iat: ta.now(), trust_mark: form.trust_mark, status: 'active' }
  const { claims = {}, typ = TRUST_MARK_STATUS_TYP, key = issuer.key } = change
  return ta.sign({ ...sound, ...claims }, typ, key)
}

/** Resolves an entity that carries a mark of the issuer. */
async function resolve() {
  const claims = buildTrustMark({ issuer: issuer.id, subject: rp.id, type, iat: ta.now() - 60 })
  const mark = await ta.sign(claims, TRUST_MARK_TYP, issuer.key)
  const trustMarks = [{ trust_mark_type: type, trust_mark: mark }]
  await ta.publishSubordinate({ ...rp, configuration: await rp.configure({ trustMarks }) })
  const response = await ta.get('/resolve', { sub: rp.id, trust_anchor: entityId })
  expect(response.statusCode).toBe(200)
  return { mark, passedOn: decodeJwt<{ trust_marks?: object[] }>(response.body).trust_marks }
}

test('passes on a mark that its issuer calls active (§8.4)', async () => {
  const { mark, passedOn } = await resolve()
  expect(passedOn).toEqual([{ trust_mark_type: type, trust_mark: mark }])
  expect(asked).toEqual([{ method: 'POST', form: { trust_mark: mark } }])
})

test.each<[what: string, change: () => Change]>([
  ['says that it is revoked', () => ({ claims: { status: 'revoked' } })],
  ['says that it is expired', () => ({ claims: { status: 'expired' } })],
  ['writes the status in capitals', () => ({ claims: { status: 'ACTIVE' } })],
  ['says nothing about the status', () => ({ claims: { status: undefined } })],
  ['answers about another mark', () => ({ claims: { trust_mark: 'a.b.c' } })],
  ['answers in the name of another', () => ({ claims: { iss: stranger.id } })],
  ['answers without saying when', () => ({ claims: { iat: undefined } })],
  ['answers with another typ', () => ({ typ: 'JWT' })],
  ['lets somebody else sign the answer', () => ({ key: stranger.key })],
  ['knows nothing', () => ({ httpStatus: 404 })],
])('drops a mark of which the issuer %s', async (_what, make) => {
  change = make()
  expect((await resolve()).passedOn).toBeUndefined()
  expect(asked).toHaveLength(1)
})
