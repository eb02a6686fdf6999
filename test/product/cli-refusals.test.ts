/** Tests the audit entries of failed and refused commands. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { type Answer, inmor } from '#test/helpers/product.ts'

const type = 'https://ta.example.org/marks/member'
const unexpected = /^FAILED: Unexpected error\.$/

const root = fileURLToPath(new URL('../..', import.meta.url))

let admin: TestAdmin
beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

function environment(databaseUrl = admin.config.databaseUrl): Record<string, string> {
  const { entityId, redisUrl, keysDirectory, authSecret } = admin.config
  return {
    ...{ TA_DOMAIN: entityId, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
    ...{ KEYS_DIR: keysDirectory, AUTH_SECRET: authSecret, ALLOW_HTTP: 'true' },
  }
}

const run = (args: string[]): Promise<Answer> => inmor({ environment: environment() }, args)

type Entry = { action: string; resourceType?: string; resource?: string; reason: RegExp }

async function expectRecorded(args: string[], { reason, ...entry }: Entry): Promise<void> {
  const before = await admin.server.installation.auditEvent.count()
  const { code, stderr } = await run(args)
  expect(code, stderr).toBe(1)
  expect(stderr).not.toMatch(/could not be recorded/)
  expect(await admin.server.installation.auditEvent.count()).toBe(before + 1)
  expect(await admin.server.installation.auditEvent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
    actor: expect.stringMatching(/^cli:/),
    method: 'cli',
    outcome: 'FAILED',
    reason: expect.stringMatching(reason),
    ...entry,
  })
}

/** While `work` runs, the database refuses to do so. */
async function whileRefusing(when: string, work: () => Promise<unknown>): Promise<void> {
  const { installation: db } = admin.server
  const table = /ON ("\w+")/.exec(when)?.[1]
  await db.$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused'; END $$`)
  await db.$executeRawUnsafe(`CREATE TRIGGER refuse BEFORE ${when} EXECUTE FUNCTION refuse()`)
  try {
    await work()
  } finally {
    await db.$executeRawUnsafe(`DROP TRIGGER refuse ON ${table}`)
    await db.$executeRawUnsafe('DROP FUNCTION refuse')
  }
}

test.for<[args: string[], entry: Entry]>([
  [
    ['user', 'create', '--username=viewer'],
    { action: 'createUser', resourceType: 'User', resource: 'viewer', reason: /^CONFLICT: / },
  ],
  [
    ['user', 'set-password', '--username=nobody'],
    { action: 'resetUserPassword', resource: 'nobody', reason: /^NOT_FOUND: / },
  ],
  [
    ['apikey', 'create', '--username=nobody', '--key-name=x'],
    { action: 'createApiKey', resourceType: 'ApiKey', resource: 'nobody', reason: /^NOT_FOUND: / },
  ],
  [['apikey', 'revoke', 'nothing'], { action: 'revokeApiKey', resource: 'nothing', reason: /^NOT_FOUND: / }],
  [['keys', 'switch'], { action: 'switchSigningKey', resourceType: 'SigningKey', reason: /^NOT_FOUND: / }],
  [['keys', 'retire', 'nothing'], { action: 'retireKey', resource: 'nothing', reason: /^NOT_FOUND: / }],
  [
    ['keys', 'revoke', 'nothing', '--reason=superseded'],
    { action: 'revokeKey', resource: 'nothing', reason: /^NOT_FOUND: / },
  ],
  [
    ['reissue-alltms', '--type=https://ta.example.org/marks/mistyped'],
    {
      action: 'reissueTrustMarks',
      resource: 'https://ta.example.org/marks/mistyped',
      reason: /^NOT_FOUND: /,
    },
  ],
  [['restore', '/nowhere/backup'], { action: 'restore', resourceType: 'TrustAnchor', reason: /^FAILED: / }],
  [
    ['backup', '--output=/nowhere/backup'],
    {
      action: 'backup',
      resourceType: 'TrustAnchor',
      reason: /^FAILED: \/nowhere\/backup cannot be written \(ENOENT\)\.$/,
    },
  ],
  [['import', '--redis=nonsense'], { action: 'import', reason: /^FAILED: --redis must be of the form / }],
  [
    ['import', '--postgres=postgres://127.0.0.1:1/inmor'],
    { action: 'import', resourceType: 'TrustAnchor', reason: /^FAILED: --postgres: .*ECONNREFUSED/ },
  ],
])('%s', ([args, entry]) => expectRecorded(args, entry))

test('a run during another of its kind', async () => {
  const { installation: db } = admin.server
  const startedBy = { startedBy: 'test', startedMethod: 'cli' }
  const heartbeatAt = new Date(Date.now() + 3_600_000) // keeps the run alive
  for (const kind of ['SUBORDINATES', 'TRUST_MARKS', 'COLLECTION', 'REISSUE_TRUST_MARKS'])
    await db.run.create({ data: { kind, ...startedBy, heartbeatAt } })
  const reason = /^CONFLICT: Another .+ is still running/
  const started = { resourceType: 'Run', resource: '', reason }
  await expectRecorded(['renew-subordinates'], { ...started, action: 'startRenewal' })
  await expectRecorded(['renew-trust-marks', '--due'], { ...started, action: 'startRenewal' })
  await expectRecorded(['collection'], { ...started, action: 'startCollectionWalk' })
  await db.trustMarkType.create({ data: { type } })
  const reissue = { action: 'reissueTrustMarks', resource: type, reason }
  await expectRecorded(['reissue-alltms', `--type=${type}`], reissue)
  await db.run.deleteMany()
})

test('an unexpected failure, without its message', async () => {
  await whileRefusing('INSERT ON "OutboxEntry"', async () => {
    for (const [command, action] of [
      ['rebuild', 'rebuildPublication'],
      ['regenerate-entity', 'regenerateEntityConfiguration'],
      ['readd-subordinates', 'readdSubordinates'],
    ] as const)
      await expectRecorded([command], { action, reason: unexpected })
  })
  const pruning = 'UPDATE ON "AuditHead" FOR EACH ROW WHEN (NEW."prunedId" IS DISTINCT FROM OLD."prunedId")'
  await whileRefusing(pruning, () =>
    expectRecorded(['audit', 'prune', '--before=2100-01-01'], {
      ...{ action: 'pruneAuditLog', resourceType: 'AuditLog', resource: '', reason: unexpected },
    }),
  )
})

test('reports the failure even if it cannot be recorded', async () => {
  await whileRefusing('INSERT ON "AuditEvent"', async () => {
    const { code, stderr } = await run(['backup', '--output=/nowhere/backup'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The failure could not be recorded in the audit log: /)
    expect(stderr).toMatch(/\n\/nowhere\/backup cannot be written \(ENOENT\)\.\n$/)
  })
})

test.for([
  [['backup']],
  [['backup', '--output=/nowhere/backup', '--passphrase-file=/nowhere/passphrase']],
  [['audit', 'prune', '--before=soon']],
  [['renew-subordinates', '--every']],
  [['import']],
  [['import', '--postgres=postgres://127.0.0.1:1/inmor', '--dry-run']],
])('leaves no entry for a command that changes nothing: %s', async ([args = []]) => {
  const before = await admin.server.installation.auditEvent.count()
  expect((await run(args)).code).toBe(1)
  expect(await admin.server.installation.auditEvent.count()).toBe(before)
})

test.for([['user', 'list'], ['rebuild'], ['backup', '--output=/nowhere/backup'], ['migrate']])(
  'reports in one sentence that the database is unavailable: %s',
  async (args) => {
    const away = environment('postgres://127.0.0.1:1/inmor')
    const { code, stderr } = await inmor({ environment: away }, args)
    expect(code).toBe(1)
    for (const line of stderr.trimEnd().split('\n'))
      expect(line).toMatch(/(The database|A service) cannot be reached.* Check that it is running/)
  },
)

test('ends silently when its output is closed', async () => {
  const command = `"${process.execPath}" --disable-warning=ExperimentalWarning server/cli/inmor.ts audit export | true`
  const child = spawn('sh', ['-c', command], { cwd: root, env: { ...process.env, ...environment() } })
  expect(await text(child.stderr)).toBe('')
})
