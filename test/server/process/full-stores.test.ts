/** Tests a database without disk space or without writes, and a Redis that refuses writes: each answer says so, and what it knows. */
import { beforeAll, expect, it, vi } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { signedIn } from '#test/helpers/visitor.ts'

/** Milliseconds by which the clock of the server is ahead. */
let ahead = 0
const admin = adminInFile({ now: () => new Date(Date.now() + ahead) })
beforeAll(async () => {
  await admin.server.db.$executeRaw`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'cannot write' USING ERRCODE = TG_ARGV[0]; END $$`
})

/** Inserts into the table fail as on a full disk, or with another SQLSTATE. */
async function whileFull(table: string, work: () => Promise<void>, state = '53100') {
  const { installation: db } = admin.server
  await db.$executeRawUnsafe(
    `CREATE TRIGGER refused BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION refuse('${state}')`,
  )
  await work().finally(() => db.$executeRawUnsafe(`DROP TRIGGER refused ON "${table}"`))
}

const type = 'https://ta.example.org/marks/member'
const FULL = 'The database is out of disk space'

function graphql(query: string) {
  return fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-graphql-yoga-csrf': '1',
      'x-api-key': admin.keys.admin,
    },
    body: JSON.stringify({ query }),
  })
}

const STORED_NOTHING = 'so it stored nothing of this change.'
const full = `${FULL}, ${STORED_NOTHING} Free space, then try again.`
const readOnly = `The database is read-only, such as a standby, ${STORED_NOTHING} Connect to the primary, then try again.`

it.each([
  ['53100', 'TrustMarkType', full],
  ['53100', 'AuditEvent', full],
  ['25006', 'TrustMarkType', readOnly],
])(
  'answers 503 in GraphQL and REST when the database says %s to an insert into %s',
  { tags: 'fault/disk-full' },
  async (state, table, message) => {
    const { db } = admin.server
    const ask = async () => {
      const answer = await graphql(
        `mutation { createTrustMarkType(input: {type: "${type}"}) { __typename } }`,
      )
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('5')
      expect(await answer.json()).toMatchObject({
        errors: [{ message, extensions: { code: 'UNAVAILABLE' } }],
      })

      const rest = await fetch(`${admin.adminUrl}/api/v1/trustmarktypes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': admin.keys.admin },
        body: JSON.stringify({ tmtype: type }),
      })
      expect([rest.status, await rest.json()]).toEqual([503, { message, id: 0 }])
    }
    await whileFull(table, ask, state)
    expect(await db.trustMarkType.count()).toBe(0)
  },
)

it('does not claim that nothing was stored where files came first', async () => {
  await whileFull('AuditEvent', async () => {
    const { message } = await admin.mutate('announceSigningKey', { alg: 'ES256' }, 'kid', 'admin')
    expect(message).toMatch(new RegExp(`^${FULL}. The key files may have been changed`))
  })
})

eachRow<[mutation: string, input: object | null, selection: string]>(
  [
    ['endOtherSessions', null, 'hasPassword'],
    ['updateMail', { enabled: false }, 'mail'],
    ['regenerateEntityConfiguration', null, 'version'],
    ['publishHistoricalKeys', null, 'kid'],
  ],
  ([mutation]) => [`mutation/${mutation}/UnavailableError`],
)('%s says that it stored nothing', async (mutation, input, selection) => {
  const visitor = await signedIn(admin, 'admin')
  await whileFull('AuditEvent', async () => {
    expect(await visitor.mutate(mutation, input, selection)).toMatchObject({
      __typename: 'UnavailableError',
      code: 'UNAVAILABLE',
      message: expect.stringContaining(FULL),
    })
  })
})

it('says of a failed sign-in what is full, and not what was stored', async () => {
  await whileFull('Session', async () => {
    const answer = await fetch(`${admin.adminUrl}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: admin.adminUrl },
      body: JSON.stringify({ username: 'admin', password: 'correct horse battery staple' }),
    })
    const message = `${FULL}. Free space, then try again.`
    expect([answer.status, await answer.json()]).toEqual([503, { code: 'UNAVAILABLE', message }])
  })
})

it('is not ready while the database takes no writes, which it tries every 30 seconds', {
  tags: 'fault/disk-full',
}, async () => {
  const health = async () => {
    const response = await fetch(`${admin.adminUrl}/health`)
    return [response.status, await response.json()]
  }
  const well = [200, { status: 'ok', redis: 'ok' }]
  const later = () => {
    ahead += 31_000
  }
  expect(await health()).toEqual(well)
  await whileFull('Verification', async () => {
    expect(await health()).toEqual(well) // as of the last attempt
    later()
    const detail = 'database out of disk space'
    expect(await health()).toEqual([503, { status: 'error', detail, redis: 'ok' }])
    expect((await fetch(`${admin.adminUrl}/health/live`)).status).toBe(200)
  })
  later()
  expect(await health()).toEqual(well)
  expect(await admin.server.installation.verification.count({ where: { identifier: 'health' } })).toBe(0)
})

async function publication() {
  const { data } = await admin.execute('{ serverStatus { publication { health pending lastError } } }')
  return data.serverStatus.publication
}

it('keeps changes while Redis is out of memory, says so, serves what it has, and publishes them then', {
  tags: 'fault/disk-full',
}, async () => {
  const { client } = admin.redis
  const sentence = 'Redis is out of memory and refuses writes. Raise its maxmemory.'
  await client.config('SET', 'maxmemory', '1')
  expect(await admin.mutate('createTrustMarkType', { type }, 'id')).toHaveProperty('id')
  await vi.waitFor(async () => {
    const expected = { health: 'STALLED', lastError: sentence, pending: expect.any(Number) }
    expect(await publication()).toEqual(expected)
  }, patience)
  expect((await admin.get('/.well-known/openid-federation')).status).toBe(200)
  expect((await admin.get('/list')).status).toBe(200)
  const resolve = await admin.get('/resolve', { sub: admin.entityId, trust_anchor: admin.entityId })
  expect(resolve.status).toBe(200)
  const { data } = await admin.execute('mutation { rebuildPublication { ... on Error { code message } } }')
  expect(data.rebuildPublication).toEqual({
    code: 'UNAVAILABLE',
    message: `${sentence} Pending changes are published afterwards.`,
  })
  await client.config('SET', 'maxmemory', '0')
  await vi.waitFor(
    async () => expect(await publication()).toEqual({ health: 'UP_TO_DATE', pending: 0, lastError: null }),
    patience,
  )
})
