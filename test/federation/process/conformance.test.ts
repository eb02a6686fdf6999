/** The checks of the OpenID conformance suite for a federation entity, against a running server over HTTP. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { validateTrustChain } from '#core/trust-chain/index.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const FIVE_YEARS = 5 * 366 * 24 * 3600
let base: string

const ta = trustAnchorInFile()
const federation = inFile(() => below(entityId).intermediate().leaf().start())
beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: federation.top.id, keys: federation.top.keys })
  base = await ta.app.listen({ host: '127.0.0.1', port: 0 })
})

type Statement = {
  iss: string
  sub: string
  iat: number
  exp: number
  jwks: { keys: { kty: string; n?: string; d?: string }[] }
  metadata?: { federation_entity?: Record<string, string> }
  [claim: string]: unknown
}

/** Requires exactly this content type. */
async function read(url: string, type: string): Promise<string> {
  const answer = await fetch(url)
  expect([url, answer.status, answer.headers.get('content-type')]).toEqual([url, 200, type])
  return answer.text()
}
const statement = (url: string) => read(url, 'application/entity-statement+jwt')
const configuration = () => statement(`${base}/.well-known/openid-federation`)
const claims = (jwt: string) => decodeJwt<Statement>(jwt)

async function refusal(path: string): Promise<[status: number, type: string | null, error: string]> {
  const answer = await fetch(base + path)
  const { error, error_description } = (await answer.json()) as Record<string, string>
  expect(error_description).toMatch(/\w/)
  return [answer.status, answer.headers.get('content-type'), String(error)]
}

test('the Entity Configuration is about its issuer, signed by one of its keys, and has no policy (§3.1)', async () => {
  const jwt = await configuration()
  const { payload } = await verified(jwt, { keys: ta.jwks, typ: 'entity-statement+jwt' })
  expect(payload).toMatchObject({ iss: entityId, sub: entityId })
  for (const claim of ['metadata_policy', 'metadata_policy_crit', 'constraints', 'source_endpoint']) {
    expect(payload).not.toHaveProperty(claim)
  }
  expect(claims(jwt).metadata?.federation_entity?.federation_fetch_endpoint).toBe(`${entityId}/fetch`)
})

test('every statement is valid for less than five years, and has strong public keys with their kid', async () => {
  const own = await configuration()
  const about = await statement(`${base}/fetch?sub=${encodeURIComponent(federation.top.id)}`)
  for (const jwt of [own, about]) {
    const { iat, exp, jwks } = claims(jwt)
    expect(exp - iat).toBeGreaterThan(0)
    expect(exp - iat).toBeLessThan(FIVE_YEARS)
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(300)
    expect(claims(own).jwks.keys).toContainEqual(
      expect.objectContaining({ kid: decodeProtectedHeader(jwt).kid }),
    )
    for (const { kty, n, d } of jwks.keys) {
      expect(d).toBeUndefined()
      if (kty === 'RSA') expect(Buffer.from(n ?? '', 'base64url').length).toBeGreaterThanOrEqual(256)
    }
  }
})

test('a Subordinate Statement has no endpoints and no claims of Entity Configurations', async () => {
  const about = claims(await statement(`${base}/fetch?sub=${encodeURIComponent(federation.top.id)}`))
  expect(about).toMatchObject({ iss: entityId, sub: federation.top.id })
  const endpoints = Object.keys(about.metadata?.federation_entity ?? {}).filter((name) =>
    name.endsWith('_endpoint'),
  )
  expect(endpoints).toEqual([])
  for (const claim of ['authority_hints', 'trust_anchor_hints', 'trust_marks', 'trust_mark_issuers']) {
    expect(about).not.toHaveProperty(claim)
  }
})

test('every listed subordinate can be fetched', async () => {
  const list = JSON.parse(await read(`${base}/list`, 'application/json')) as string[]
  expect(list).toEqual([federation.top.id])
  for (const id of list)
    expect(claims(await statement(`${base}/fetch?sub=${encodeURIComponent(id)}`)).sub).toBe(id)
})

test.each([
  ['/fetch', 400, 'invalid_request'],
  [`/fetch?sub=${encodeURIComponent(entityId)}`, 400, 'invalid_request'],
  ['/fetch?sub=https%3A%2F%2Funknown.example', 404, 'not_found'],
  [`/resolve?trust_anchor=${encodeURIComponent(entityId)}`, 400, 'invalid_request'],
  ['/resolve?sub=https%3A%2F%2Frp.example', 400, 'invalid_request'],
  [
    `/resolve?sub=https%3A%2F%2Frp.example&trust_anchor=https%3A%2F%2Funknown.example`,
    404,
    'invalid_trust_anchor',
  ],
])('refuses %s with the error of §8.9', async (path, status, error) => {
  expect(await refusal(path)).toEqual([status, 'application/json', error])
})

test('the resolver returns the same chain as one built by hand', async () => {
  const { leaf, top } = federation
  const byHand = [
    await statement(`${leaf.id}/.well-known/openid-federation`),
    await statement(`${top.id}/fetch?sub=${encodeURIComponent(leaf.id)}`),
    await statement(`${base}/fetch?sub=${encodeURIComponent(top.id)}`),
    await configuration(),
  ]
  const query = new URLSearchParams({ sub: leaf.id, trust_anchor: entityId })
  const jwt = await read(`${base}/resolve?${query}`, 'application/resolve-response+jwt')
  const { payload } = await verified(jwt, { keys: ta.jwks, typ: 'resolve-response+jwt' })
  const chain = payload.trust_chain as string[]
  const ends = (jwts: readonly string[]) => jwts.map(claims).map(({ iss, sub, jwks }) => ({ iss, sub, jwks }))
  expect(ends(chain)).toEqual(ends(byHand))
  expect(chain.slice(2)).toEqual(byHand.slice(2)) // our own statements are published, so their bytes are equal
  for (const statements of [chain, byHand]) {
    const options = { trustAnchorKeys: ta.jwks, now: ta.now(), allowHttp: true }
    expect(await validateTrustChain(statements, options)).toMatchObject({ trustAnchor: entityId })
  }
  expect(payload.exp).toBe(Math.min(...chain.map((each) => claims(each).exp)))
})
