/** Tests that a document of the console needs as many statements for a hundred rows of everything as for ten. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeGlobalID } from '@pothos/plugin-relay'
import { execute, parse } from 'graphql'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { readServerConfig } from '#server/config/config.ts'
import type { Caller } from '#server/identity/caller.ts'
import { startBackend } from '#server/process/backend.ts'
import { createContextMaker } from '#server/schema/context-maker.ts'
import { schema } from '#server/schema/index.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { operations, others, type Samples } from '#test/bench/million/admin-operations.ts'
import { insertFederation } from '#test/bench/million/admin-rows.ts'
import { documents } from '#test/bench/million/console-documents.ts'
import { startCopy } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { statementsInFile } from '#test/helpers/statements.ts'
import { AUTH_SECRET, withUsers } from '#test/helpers/users.ts'
import { CALLER, nothingFails, rows } from '#test/server/api/statement-rows.ts'

const statementsOf = statementsInFile()
const few = inFile(() => startFilled(10))
const many = inFile(() => startFilled(100))
const healthy = inFile(() => startFilled(100, nothingFails))

async function startFilled(count: number, further = rows) {
  await using opened = new AsyncDisposableStack()
  const [database, redis] = await Promise.all([startCopy(withUsers), startRedis()])
  opened.defer(database.close)
  opened.defer(redis.close)
  const keysDirectory = await mkdtemp(join(tmpdir(), 'inmor-keys-'))
  opened.defer(() => rm(keysDirectory, { recursive: true }))
  await writeNewKey(keysDirectory, await generateSigningKey('ES256'))
  const config = readServerConfig({
    TA_DOMAIN: 'http://127.0.0.1:9',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    KEYS_DIR: keysDirectory,
    AUTH_SECRET,
    ALLOW_HTTP: 'true',
  })
  const backend = await startBackend(config, pino({ level: 'silent' }), { isWorker: false })
  opened.defer(backend.close)
  const { contextOf } = createContextMaker(config, backend)
  const query = async (sql: string, values: unknown[] = []) => (await backend.pool.query(sql, values)).rows
  await insertFederation({ query, kid: 'kid-1' }, count)
  for (const sql of further) await query(sql, [count])
  await backend.anchors.first.publisher.rebuild()
  const owned = opened.move()
  // The organization of the caller has it.
  const [member] = await query(
    'SELECT * FROM "Subordinate" WHERE "id" = (SELECT (min("id") + max("id")) / 2 FROM "Subordinate")',
  )
  const [mark] = await query('SELECT "id" FROM "TrustMark" ORDER BY "id" LIMIT 1')
  const samples: Samples = {
    subordinate: { ...member, id: encodeGlobalID('Subordinate', member.id), key: member.id },
    trustMark: { id: encodeGlobalID('TrustMark', mark.id), key: mark.id },
    trustMarkType: encodeGlobalID('TrustMarkType', 1),
    run: encodeGlobalID('Run', 1),
  }
  const contextValue = () => contextOf({ caller, from: requester, namedAnchor: undefined, onFailure() {} })
  return {
    contextValue,
    statementsOf(name: string): Promise<string[]> {
      const [first] = { ...operations, ...others }[name]?.(samples) ?? []
      return statementsOf(async () => {
        const { errors = [] } = await execute({
          schema,
          document: parse(documents.get(name) ?? lists.get(name) ?? ''),
          variableValues: first?.variables,
          contextValue: contextValue(),
        })
        expect(errors).toEqual([])
      })
    },
    close: () => owned.disposeAsync(),
  }
}

const requester = { address: '127.0.0.1', requestId: 'test' }
const caller: Caller = {
  ...{ name: 'person-1', displayName: 'Person 1', email: 'p1@example.org', role: 'admin', method: 'session' },
  session: { id: CALLER.session, userId: CALLER.id, signedInAt: new Date(), signedInBy: 'password' },
  organizations: new Map([[1, { mayInvite: true }]]),
  ...requester,
}

it('gives resolvers a context of at most 15 members', () => {
  expect(Object.keys(few.contextValue()).length).toBeLessThanOrEqual(15)
})

/** Lists that scripts read, and no page. */
const lists = new Map([
  ['PeopleOfOrganizations', '{ organizations(first: 100) { nodes { name people { username } } } }'],
])

it.each([...documents.keys(), ...lists.keys()])('%s', async (name) => {
  const [ofFew, ofMany] = [await few.statementsOf(name), await many.statementsOf(name)]
  expect(ofMany.length, ofMany.join('\n')).toBe(ofFew.length)
})

/** The aims for the pages that read the most, with what identifies the caller left out. */
it.each([
  ['Dashboard', () => healthy, 15],
  ['Dashboard', () => many, 21],
  ['InstallationPage', () => many, 5],
] as const)('%s reads little', async (name, place, most) => {
  const statements = await place().statementsOf(name)
  expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(most)
})
