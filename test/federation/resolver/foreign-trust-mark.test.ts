/** Marks of other issuers: active only if their issuer's status endpoint, if any, confirms it (§8.3, §8.4). */
import { text } from 'node:stream/consumers'
import { deflateSync } from 'node:zlib'
import { StatusList } from '@sd-jwt/jwt-status-list'
import { decodeJwt } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import {
  buildTrustMark,
  TRUST_MARK_STATUS_TYP as STATUS_TYP,
  TRUST_MARK_TYP,
} from '#core/trust-mark/index.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { inEach, inFile } from '#test/helpers/in-file.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { offlineEntity } from '../offline-entity.ts'
import { startRawServer } from '../raw-server.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const type = 'https://issuer.example/marks/certified'
const other = 'https://issuer.example/marks/other'
const open = 'https://issuer.example/marks/open'
let count = 0

const ta = trustAnchorInFile({ limits: { totalTimeout: 500 } })
const asked = inFile(() => startEntity({ authorityHints: [entityId] }))
const unasked = inFile(() => startEntity({ authorityHints: [entityId] }))
beforeAll(async () => {
  asked.options.metadata = {
    federation_entity: { federation_trust_mark_status_endpoint: `${asked.id}/trust_mark_status` },
  }
  const issuers = [asked.id, unasked.id]
  await ta.publishConfiguration({ trust_mark_issuers: { [type]: issuers, [other]: issuers, [open]: [] } })
  for (const { id, keys } of [asked, unasked]) await ta.publishSubordinate({ id, keys })
})

beforeEach(async () => {
  await ta.forget()
  asked.status = {}
  asked.requests.length = 0
})
const rp = inEach(() => offlineEntity(`https://rp${++count}.example`))

const mark = (issuer: TestEntity, trustMarkType = type) => {
  const claims = { issuer: issuer.id, subject: rp.id, type: trustMarkType, iat: ta.now() - 60 }
  return ta.sign(buildTrustMark(claims), TRUST_MARK_TYP, issuer.key)
}

async function resolved(...marks: string[]): Promise<string[]> {
  const trustMarks = marks.map((jwt) => ({
    trust_mark_type: String(decodeJwt(jwt).trust_mark_type),
    trust_mark: jwt,
  }))
  await ta.publishSubordinate({ ...rp, configuration: await rp.configure({ trustMarks }) })
  const answer = await ta.get('/resolve', { sub: rp.id, trust_anchor: entityId })
  expect(answer.statusCode).toBe(200)
  const { trust_marks = [] } = decodeJwt<{ trust_marks?: { trust_mark: string }[] }>(answer.body)
  return trust_marks.map(({ trust_mark }) => trust_mark)
}

test('trusts only the keys of an issuer that its superior states (§7.3)', async () => {
  const own = await generateSigningKey('ES256')
  unasked.options.configuration = { jwks: { keys: [...unasked.keys.keys, toPublicJwk(own)] } }
  const good = await mark(unasked)
  expect(await resolved(await mark({ ...unasked, key: own }, other), good)).toEqual([good])
  unasked.options.configuration = {}
})

test('keeps the marks of every issuer that may issue the type', async () => {
  const both = [await mark(asked), await mark(unasked)]
  expect(await resolved(...both)).toEqual(both)
})

test('requests the status from the issuer, once per mark', { tags: '8.3/active-marks' }, async () => {
  const jwt = await mark(asked)
  expect(await resolved(jwt)).toEqual([jwt])
  const posts = asked.requests.filter((path) => path === '/trust_mark_status')
  expect(posts).toHaveLength(1)
})

test('does not request a status from an issuer without the endpoint', async () => {
  const jwt = await mark(unasked)
  expect(await resolved(jwt)).toEqual([jwt])
  expect(unasked.requests).not.toContain('/trust_mark_status')
})

const faults: [what: string, status: () => Record<string, unknown> | undefined][] = [
  proves(['revoked', () => ({ status: 'revoked' })], '8.3/active-marks'),
  proves(['expired', () => ({ status: 'expired' })], '8.3/active-marks'),
  ['with a status in other case', () => ({ status: 'Active' })],
  ['without a status', () => ({ status: undefined })],
  proves(['unknown to its issuer', () => undefined], '8.3/active-marks'),
  proves(['with a status from another entity', () => ({ iss: unasked.id })], '8.4/foreign-status'),
  proves(['mistaken for another', () => ({ trust_mark: 'another' })], '8.4/foreign-status'),
  ['whose status is from the future', () => ({ iat: ta.now() + 600 })],
  ['whose status has no iat', () => ({ iat: undefined })],
  ['whose status has expired', () => ({ exp: ta.now() - 600 })],
]

eachRow(faults)('drops only a mark that is %s', async (_what, status) => {
  asked.status = status()
  const good = await mark(unasked, other)
  expect(await resolved(await mark(asked), good)).toEqual([good])
})

test.each(['/nowhere', 'http://127.0.0.1:1/status', 'not a URL'])(
  'drops a mark whose issuer is unreachable: %s',
  async (endpoint) => {
    const { metadata } = asked.options
    const url = endpoint.startsWith('/') ? asked.id + endpoint : endpoint
    asked.options.metadata = { federation_entity: { federation_trust_mark_status_endpoint: url } }
    const good = await mark(unasked, other)
    expect(await resolved(await mark(asked), good)).toEqual([good])
    if (metadata) asked.options.metadata = metadata
  },
)

test.each([
  ['signed with another key', async () => ({ key: await generateSigningKey('ES256'), typ: STATUS_TYP })],
  ['of another type', async () => ({ key: asked.key, typ: 'jwt' })],
])('a status that is %s counts for nothing', { tags: '8.4/foreign-status' }, async (_what, signing) => {
  const { metadata } = asked.options
  const { key, typ } = await signing()
  const server = await startRawServer(async (request, response) => {
    const trust_mark = new URLSearchParams(await text(request)).get('trust_mark')
    const claims = { iss: asked.id, iat: ta.now(), trust_mark, status: 'active' }
    const jwt = await ta.sign(claims, typ, { ...key, kid: asked.key.kid })
    response.writeHead(200, { 'content-type': `application/${STATUS_TYP}` }).end(jwt)
  })
  asked.options.metadata = { federation_entity: { federation_trust_mark_status_endpoint: server.url } }
  expect(await resolved(await mark(asked))).toEqual([])
  await server.close()
  if (metadata) asked.options.metadata = metadata
})

/** Below, an issuer without a status endpoint serves a list, which another implementation made. */
const listed = async (
  lst: string,
  bits: number,
  idx: unknown,
  change: (claims: Record<string, unknown>) => object = (claims) => claims,
): Promise<boolean> => {
  const server = await startRawServer(async (_request, response) => {
    const claims = {
      sub: `${server.url}/list`,
      iat: ta.now(),
      exp: ta.now() + 60,
      status_list: { bits, lst },
    }
    const jwt = await ta.sign({ ...claims, ...change(claims) }, 'statuslist+jwt', unasked.key)
    response.writeHead(200, { 'content-type': 'application/statuslist+jwt' }).end(jwt)
  })
  const claims = buildTrustMark({ issuer: unasked.id, subject: rp.id, type, iat: ta.now() - 60 })
  const status = { status_list: { idx, uri: `${server.url}/list` } }
  const jwt = await ta.sign({ ...claims, status }, TRUST_MARK_TYP, unasked.key)
  const good = await mark(unasked, other)
  const found = await resolved(jwt, good)
  await server.close()
  expect(found).toContain(good)
  return found.includes(jwt)
}

test.each([1, 2, 4, 8] as const)('a mark counts as its status list of %i bits says', async (bits) => {
  const lst = new StatusList([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], bits).compressStatusList()
  const found = []
  for (const idx of [0, 1, 7, 8, 9]) found.push(await listed(lst, bits, idx))
  expect(found).toEqual([true, false, true, false, true])
})

const valid = new StatusList([0, 0, 0, 0, 0, 0, 0, 0], 1).compressStatusList()
const bomb = deflateSync(Buffer.alloc(2 ** 22)).toString('base64url')

test.each<[string, ...Parameters<typeof listed>]>([
  ['lies beyond the end', valid, 1, 8],
  ['has no index', valid, 1, undefined],
  ['is of other bits', valid, 3, 0],
  ['is not packed', 'AAAA', 1, 0],
  ['is too large', bomb, 1, 0],
  ['is of another list', valid, 1, 0, () => ({ sub: 'https://other.example/list' })],
  ['has expired', valid, 1, 0, () => ({ exp: ta.now() - 600 })],
])('a mark whose entry of a status list %s counts for nothing', async (_what, ...list) => {
  expect(await listed(...list)).toBe(false)
})
