/** No host, path or parameter reaches the data of another anchor. */
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import { ask, askRaw, prepareInstallation } from './installation.ts'

const CONFIGURATION = '/.well-known/openid-federation'
/** By their hosts and paths. The third is a path of the host of the second. */
const main = { slug: 'main', entityId: 'https://a.example', paused: false }
const b = { slug: 'b', entityId: 'https://b.example', paused: false }
const edu = { slug: 'edu', entityId: 'https://b.example/edu', paused: false }
const deep = { slug: 'deep', entityId: 'https://b.example/edu/deep/', paused: false }
const lonely = { slug: 'lonely', entityId: 'https://c.example/only', paused: false }
const all = [main, b, edu, deep, lonely]

const memberOf = (slug: string) => `https://${slug}.member.example`

const installation = inFile(() => prepareInstallation(main.entityId, { TRUST_PROXY: 'false' }))
beforeAll(async () => {
  for (const { slug, entityId } of all)
    await installation.publish(slug, entityId, [memberOf(slug), 'https://common.example'])
  await installation.register(...all)
})
const server = inFile(() => installation.start())

/** The issuer of a JWT, or the status of any other answer. */
async function issuerAt(host: string, path: string, headers: Record<string, string> = {}) {
  const { status, body } = await ask(server, host, path, { headers })
  return status === 200 ? decodeJwt(body).iss : status
}

test.each([
  ['a.example', '', main.entityId],
  ['b.example', '', b.entityId],
  ['b.example', '/edu', edu.entityId],
  ['b.example', '/edu/deep', deep.entityId],
  ['c.example', '/only', lonely.entityId],
])('%s%s answers with its own statements, from the routes and from the fast path', async (host, path, id) => {
  const fetch = `${path}/fetch?sub=https://common.example`
  for (let time = 0; time < 4; time++) {
    expect(await issuerAt(host, path + CONFIGURATION)).toBe(id)
    expect(await issuerAt(host, fetch)).toBe(id)
  }
})

test.each([
  ['a.example', '/edu'],
  ['a.example', '/only'],
  ['b.example', '/only'],
  ['b.example', '/EDU'],
  ['b.example', '/edux'],
  ['b.example', '/edu/deeper'],
  ['b.example', '/%65du'],
  ['b.example', '/edu%2fdeep'],
  ['b.example', '/edu%2Fdeep'],
  ['b.example', '//edu'],
  ['b.example', '/edu/'],
  ['b.example', '/edu//deep'],
  ['b.example', '/./edu'],
  ['b.example', '/edu/.'],
  ['b.example', '/edu/..'],
  ['b.example', '/edu/%2e%2e'],
  ['b.example', '/edu/deep/../..'],
  ['b.example', '/edu;x'],
  ['b.example', '/edu#x'],
  ['b.example', '\\edu'],
  ['b.example', '/a.example'],
  ['b.example', '/@a.example'],
  ['c.example', ''],
  ['c.example', '/on'],
])('%s%s is no anchor', async (host, path) => {
  const answer = await askRaw(server, rawRequest(`${path}${CONFIGURATION}`, [`Host: ${host}`]))
  expect(answer).toMatch(/^HTTP\/1\.1 (404|400) /)
  expect(answer).not.toContain('"sub"')
})

const rawRequest = (target: string, headers: readonly string[], version = '1.1') =>
  `${[`GET ${target} HTTP/${version}`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`

const rawIssuer = async (target: string, headers: readonly string[], version?: string) => {
  const answer = await askRaw(server, rawRequest(target, headers, version))
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const status = Number(head.split(' ')[1])
  return status === 200 ? decodeJwt(body).iss : status
}

test('the host of an absolute target counts, not the header', async () => {
  const target = `http://b.example/edu${CONFIGURATION}`
  expect(await rawIssuer(target, ['Host: a.example'])).toBe(edu.entityId)
  expect(await rawIssuer(`HTTPS://A.EXAMPLE${CONFIGURATION}`, ['Host: b.example'])).toBe(main.entityId)
  expect(await rawIssuer(`http://x.example${CONFIGURATION}`, ['Host: a.example'])).toBe(404)
  expect(await rawIssuer(`http://a.example@b.example${CONFIGURATION}`, ['Host: a.example'])).toBe(404)
  expect(await rawIssuer(`http://${CONFIGURATION}`, ['Host: a.example'])).toBe(400)
  expect(await rawIssuer('http://c.example', ['Host: a.example'])).toBe(404)
  expect(await rawIssuer(`ftp://b.example${CONFIGURATION}`, ['Host: a.example'])).toBe(404)
})

test('a request with several Host headers, or without one, reaches no anchor', async () => {
  expect(await rawIssuer(CONFIGURATION, ['Host: a.example', 'Host: b.example'])).toBe(400)
  expect(await rawIssuer(CONFIGURATION, ['Host: a.example', 'hOST: a.example'])).toBe(400)
  expect(await rawIssuer(CONFIGURATION, [])).toBe(400)
  expect(await rawIssuer(CONFIGURATION, [], '1.0')).toBe(404)
  expect(await rawIssuer(CONFIGURATION, ['Host: '])).toBe(404)
  expect(await rawIssuer(CONFIGURATION, ['Host: a.example, b.example'])).toBe(404)
  expect(await rawIssuer(CONFIGURATION, ['Host: b.example/edu'])).toBe(404)
  expect(await rawIssuer(CONFIGURATION, ['Host: b.example'], '1.0')).toBe(b.entityId)
})

test('requests on one connection reach the anchor that each names', async () => {
  const hosts = ['a.example', 'b.example', 'c.example', 'a.example', 'b.example']
  const requests = hosts.map((host) => `GET ${CONFIGURATION} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  const end = rawRequest('/health/live', ['Host: a.example'])
  const answers = (await askRaw(server, requests.join('') + end)).split('HTTP/1.1 ').slice(1)
  const issuers = answers.slice(0, -1).map((answer) => {
    const [, body = ''] = answer.split('\r\n\r\n')
    return answer.startsWith('200') ? decodeJwt(body).iss : Number(answer.slice(0, 3))
  })
  expect(issuers).toEqual([main.entityId, b.entityId, 404, main.entityId, b.entityId])
})

test('X-Forwarded-Host counts only from a trusted proxy', async () => {
  const forwarded = (hosts: string) => ({ headers: { 'x-forwarded-host': hosts } })
  const trusting = await installation.start({}, { trustedProxies: ['loopback'] })
  const issuers = (hosts: string) =>
    Promise.all(
      [server, trusting].map(async (each) => {
        const { status, body } = await ask(each, 'a.example', CONFIGURATION, forwarded(hosts))
        return status === 200 ? decodeJwt(body).iss : status
      }),
    )
  expect(await issuers('b.example')).toEqual([main.entityId, b.entityId])
  expect(await issuers('a.example, b.example')).toEqual([main.entityId, b.entityId])
  expect(await issuers('b.example, x.example')).toEqual([main.entityId, 404])
  await trusting.close()
})

test('an entity tag of one anchor does not match at another', async () => {
  const { headers } = await ask(server, 'a.example', CONFIGURATION)
  const condition = { headers: { 'if-none-match': String(headers.etag) } }
  expect((await ask(server, 'a.example', CONFIGURATION, condition)).status).toBe(304)
  for (const [host, path] of [
    ['b.example', CONFIGURATION],
    ['b.example', `/edu${CONFIGURATION}`],
  ] as const) {
    const answer = await ask(server, host, path, condition)
    expect([answer.status, answer.headers.etag === headers.etag]).toEqual([200, false])
  }
})

test('members, Trust Marks and anchors of another anchor are unknown', async () => {
  const sub = encodeURIComponent(memberOf('edu'))
  expect(await issuerAt('b.example', `/edu/fetch?sub=${sub}`)).toBe(edu.entityId)
  expect(await issuerAt('b.example', `/fetch?sub=${sub}`)).toBe(404)
  expect(await issuerAt('a.example', `/fetch?sub=${sub}`)).toBe(404)
  expect(await issuerAt('a.example', '/fetch?sub=https://b.example')).toBe(404)
  const list = await ask(server, 'a.example', '/list')
  expect(JSON.parse(list.body).sort()).toEqual(['https://common.example', memberOf('main')])
  for (const trick of ['anchor=b', 'slug=b', 'prefix={b}'])
    expect((await ask(server, 'a.example', `/list?${trick}`)).body).toBe(list.body)
})

test('each anchor counts the requests of a client on its own', async () => {
  const limited = await installation.start({}, { resolveRateLimit: 1 })
  const status = async (host: string, path: string) => (await ask(limited, host, `${path}/resolve`)).status
  expect([await status('a.example', ''), await status('a.example', '')]).toEqual([400, 429])
  expect([await status('b.example', '/edu'), await status('b.example', '/edu')]).toEqual([400, 429])
  expect(await status('b.example', '')).toBe(400)
  await limited.close()
})
