/** Bad input to every endpoint: each fault gets the error of the text, and none gets further (§8.9). */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { offlineEntity } from '../offline-entity.ts'
import { entityId } from '../publisher.ts'
import { startTrustAnchor, type TrustAnchor } from '../trust-anchor.ts'

const sub = 'https://rp.example'
const type = 'https://ta.example/marks/member'

/** Parameters that an endpoint takes, sound ones; `identifiers` must be Entity Identifiers. */
type Endpoint = {
  path: string
  sound: Record<string, string>
  required: readonly string[]
  once: readonly string[]
  identifiers: readonly string[]
}

const endpoints: Endpoint[] = [
  { path: '/fetch', sound: { sub }, required: ['sub'], once: ['sub'], identifiers: ['sub'] },
  {
    path: '/list',
    sound: {
      entity_type: 'openid_provider',
      intermediate: 'true',
      trust_marked: 'true',
      trust_mark_type: type,
    },
    required: [],
    once: ['intermediate', 'trust_marked', 'trust_mark_type'],
    identifiers: [],
  },
  {
    path: '/extended_list',
    sound: { limit: '1', updated_after: '1', updated_before: '2', audit_timestamps: 'true', claims: 'jwks' },
    required: [],
    once: ['limit', 'updated_after', 'updated_before', 'audit_timestamps', 'from'],
    identifiers: [],
  },
  { path: '/subordinate_events', sound: { sub }, required: ['sub'], once: ['sub'], identifiers: ['sub'] },
  {
    path: '/resolve',
    sound: { sub, trust_anchor: entityId, entity_type: 'openid_relying_party' },
    required: ['sub', 'trust_anchor'],
    once: ['sub'],
    identifiers: ['sub', 'trust_anchor'],
  },
  {
    path: '/trust_mark',
    sound: { sub, trust_mark_type: type },
    required: ['sub', 'trust_mark_type'],
    once: ['sub', 'trust_mark_type'],
    identifiers: ['sub'],
  },
  {
    path: '/trust_mark_list',
    sound: { sub, trust_mark_type: type },
    required: ['trust_mark_type'],
    once: ['sub', 'trust_mark_type'],
    identifiers: ['sub'],
  },
  {
    path: '/collection',
    sound: {
      trust_anchor: entityId,
      limit: '1',
      query: 'rp',
      entity_claims: 'ui_infos',
      ui_claims: 'logo_uri',
    },
    required: [],
    once: ['trust_anchor', 'limit', 'query', 'from'],
    identifiers: ['trust_anchor'],
  },
]

let ta: TrustAnchor

beforeAll(async () => {
  ta = await startTrustAnchor()
  await ta.publishConfiguration()
  await ta.publishSubordinate(await offlineEntity(sub))
  await ta.issueTrustMark({ type, subject: sub })
  await ta.walk()
})
afterAll(() => ta.close())

type Pairs = [name: string, value: string][]
const pairs = (parameters: Record<string, string>): Pairs => Object.entries(parameters)
const ask = (path: string, query: Pairs) => ta.app.inject({ url: `${path}?${new URLSearchParams(query)}` })

async function expectRefused(path: string, query: Pairs) {
  const answer = await ask(path, query)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.json()).toEqual({ error: 'invalid_request', error_description: expect.stringMatching(/\w/) })
  expect(answer.statusCode).toBe(400)
}

const notIdentifiers = [
  'hello',
  'https://',
  'ftp://rp.example',
  'https://rp.example#fragment',
  'https://rp.example?query',
  'https://user@rp.example',
  'https://rp.example\\path',
  'https:rp.example',
  'https://rp.example:port',
  'https://rp.example/ä',
  'javascript:alert(1)',
  '["https://rp.example"]',
]

describe.each(endpoints)('$path', ({ path, sound, required, once, identifiers }) => {
  const names = Object.keys(sound)
  const changed = (name: string, value: string) => pairs({ ...sound, [name]: value })

  test('answers what is sound', async () => {
    expect((await ask(path, pairs(sound))).statusCode).toBe(200)
  })

  test('refuses what is missing', async () => {
    for (const name of required)
      await expectRefused(
        path,
        pairs(sound).filter(([each]) => each !== name),
      )
  })

  test('refuses what is repeated', async () => {
    for (const name of once) {
      const value = sound[name] ?? 'x'
      await expectRefused(path, [
        ...pairs(sound).filter(([each]) => each !== name),
        [name, value],
        [name, value],
      ])
    }
  })

  test('refuses what is repeated without end', async () => {
    for (const name of names) {
      const many = Array.from({ length: 33 }, (_, count): [string, string] => [
        name,
        `${sound[name]}${count}`,
      ])
      await expectRefused(path, [...pairs(sound).filter(([each]) => each !== name), ...many])
    }
  })

  test('refuses what is empty, too long, or has control characters', async () => {
    for (const name of names) {
      for (const value of [
        '',
        `https://${'x'.repeat(2048)}`,
        `${sound[name]}\u0000`,
        `${sound[name]}\r\nx: y`,
        '\u009f',
      ]) {
        await expectRefused(path, changed(name, value))
      }
    }
  })

  test('refuses what is no Entity Identifier', async () => {
    for (const name of identifiers) {
      for (const value of notIdentifiers) await expectRefused(path, changed(name, value))
    }
  })

  test('ignores parameters that nobody defined, and members that every object has (§8)', async () => {
    const strange: Pairs = [
      ['unheard', 'of'],
      ['__proto__', 'x'],
      ['constructor', 'x'],
      ['sub[]', 'x'],
    ]
    expect((await ask(path, [...pairs(sound), ...strange])).statusCode).toBe(200)
  })

  test('survives what is no query at all', async () => {
    for (const query of ['%', '%zz=%zz', '&&&', '='.repeat(2000), 'sub=%ff%fe', `${'a&'.repeat(3000)}`]) {
      const answer = await ta.app.inject({ url: `${path}?${query}` })
      expect(answer.statusCode).toBeLessThan(500)
      expect(answer.headers['content-type']).toBe('application/json')
    }
  })
})

test('a limit of any size is one that is never reached', async () => {
  for (const path of ['/collection', '/extended_list']) {
    expect((await ask(path, [['limit', '9'.repeat(400)]])).statusCode).toBe(200)
  }
})

test('a body of 10 MB is refused before it is read, whatever the endpoint takes', async () => {
  const base = await ta.app.listen({ host: '127.0.0.1', port: 0 })
  for (const path of ['/trust_mark_status', ...endpoints.map((each) => each.path)]) {
    const status = await send(base + path)
    expect([path, status]).toEqual([path, path === '/trust_mark_status' ? 413 : 405])
  }
})

/** Announces 10 MB and sends none of it: the answer comes all the same. */
function send(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(10 * 1024 * 1024),
  }
  const call = request(url, { method: 'POST', headers }, (response) => {
    resolve(response.statusCode)
    call.destroy()
  })
  call.on('error', reject)
  call.flushHeaders()
  return promise
}
