/** Invalid input to every endpoint is refused with the error of the specification (§8.9). */
import { request } from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const sub = 'https://rp.example'
const type = 'https://ta.example/marks/member'

/** Valid parameters of an endpoint. `identifiers` must be Entity Identifiers. */
type Endpoint = {
  path: string
  valid: Record<string, string>
  required: readonly string[]
  once: readonly string[]
  identifiers: readonly string[]
}

const endpoints: Endpoint[] = [
  { path: '/fetch', valid: { sub }, required: ['sub'], once: ['sub'], identifiers: ['sub'] },
  {
    path: '/list',
    valid: {
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
    valid: { limit: '1', updated_after: '1', updated_before: '2', audit_timestamps: 'true', claims: 'jwks' },
    required: [],
    once: ['limit', 'updated_after', 'updated_before', 'audit_timestamps', 'from'],
    identifiers: [],
  },
  { path: '/subordinate_events', valid: { sub }, required: ['sub'], once: ['sub'], identifiers: ['sub'] },
  {
    path: '/resolve',
    valid: { sub, trust_anchor: entityId, entity_type: 'openid_relying_party' },
    required: ['sub', 'trust_anchor'],
    once: ['sub'],
    identifiers: ['sub', 'trust_anchor'],
  },
  {
    path: '/trust_mark',
    valid: { sub, trust_mark_type: type },
    required: ['sub', 'trust_mark_type'],
    once: ['sub', 'trust_mark_type'],
    identifiers: ['sub'],
  },
  {
    path: '/trust_mark_list',
    valid: { sub, trust_mark_type: type },
    required: ['trust_mark_type'],
    once: ['sub', 'trust_mark_type'],
    identifiers: ['sub'],
  },
  {
    path: '/collection',
    valid: {
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

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate(await offlineEntity(sub))
  await ta.issueTrustMark({ type, subject: sub })
  await ta.crawl()
})

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

describe.each(endpoints)('$path', ({ path, valid, required, once, identifiers }) => {
  const names = Object.keys(valid)
  const changed = (name: string, value: string) => pairs({ ...valid, [name]: value })

  test('accepts valid parameters', async () => {
    expect((await ask(path, pairs(valid))).statusCode).toBe(200)
  })

  test('refuses missing parameters', async () => {
    for (const name of required)
      await expectRefused(
        path,
        pairs(valid).filter(([each]) => each !== name),
      )
  })

  test('refuses repeated parameters', async () => {
    for (const name of once) {
      const value = valid[name] ?? 'x'
      await expectRefused(path, [
        ...pairs(valid).filter(([each]) => each !== name),
        [name, value],
        [name, value],
      ])
    }
  })

  test('refuses too many repetitions', async () => {
    for (const name of names) {
      const many = Array.from({ length: 33 }, (_, count): [string, string] => [
        name,
        `${valid[name]}${count}`,
      ])
      await expectRefused(path, [...pairs(valid).filter(([each]) => each !== name), ...many])
    }
  })

  test('refuses values that are too long or have control characters', async () => {
    for (const name of names) {
      for (const value of [
        `https://${'x'.repeat(2048)}`,
        `${valid[name]}\u0000`,
        `${valid[name]}\r\nx: y`,
        '\u009f',
      ]) {
        await expectRefused(path, changed(name, value))
      }
    }
  })

  test('refuses invalid Entity Identifiers', async () => {
    for (const name of identifiers) {
      for (const value of notIdentifiers) await expectRefused(path, changed(name, value))
    }
  })

  test('ignores undefined parameters and inherited member names (§8)', async () => {
    const strange: Pairs = [
      ['unheard', 'of'],
      ['__proto__', 'x'],
      ['constructor', 'x'],
      ['sub[]', 'x'],
    ]
    expect((await ask(path, [...pairs(valid), ...strange])).statusCode).toBe(200)
  })

  test('survives a malformed query', async () => {
    for (const query of ['%', '%zz=%zz', '&&&', '='.repeat(2000), 'sub=%ff%fe', `${'a&'.repeat(3000)}`]) {
      const answer = await ta.app.inject({ url: `${path}?${query}` })
      expect(answer.statusCode).toBeLessThan(500)
      expect(answer.headers['content-type']).toBe('application/json')
    }
  })
})

test('accepts a limit of any size', async () => {
  for (const path of ['/collection', '/extended_list']) {
    expect((await ask(path, [['limit', '9'.repeat(400)]])).statusCode).toBe(200)
  }
})

test('refuses a body of 10 MB before it is read', async () => {
  const base = await ta.app.listen({ host: '127.0.0.1', port: 0 })
  for (const path of ['/trust_mark_status', ...endpoints.map((each) => each.path)]) {
    const status = await send(base + path)
    expect([path, status]).toEqual([path, path === '/trust_mark_status' ? 413 : 405])
  }
})

/** Announces 10 MB and sends no body. */
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
