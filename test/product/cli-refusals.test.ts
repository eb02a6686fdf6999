/** Tests the audit entries of failed and refused commands. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { type Answer, inmor } from '#test/helpers/product.ts'

const unexpected = /^FAILED: Unexpected error\.$/

const root = fileURLToPath(new URL('../..', import.meta.url))

const admin = adminInFile()

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
    ['user', 'set-password', '--username=unknown'],
    { action: 'resetUserPassword', resource: 'unknown', reason: /^NOT_FOUND: / },
  ],
  [
    ['apikey', 'create', '--username=unknown', '--name=x'],
    { action: 'createApiKey', resourceType: 'ApiKey', resource: 'unknown', reason: /^NOT_FOUND: / },
  ],
  [['keys', 'switch'], { action: 'switchSigningKey', resourceType: 'SigningKey', reason: /^NOT_FOUND: / }],
  [
    ['keys', 'revoke', 'nothing', '--reason=superseded'],
    { action: 'revokeKey', resource: 'nothing', reason: /^NOT_FOUND: / },
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

test('an unexpected failure, without its message', async () => {
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

test.for<[code: number, args: string[]]>([
  [2, ['backup']],
  [1, ['backup', '--output=/nowhere/backup', '--passphrase-file=/nowhere/passphrase']],
  [2, ['audit', 'prune', '--before=soon']],
  [2, ['renewal', 'start', '--every']],
  [2, ['import']],
  [1, ['import', '--postgres=postgres://127.0.0.1:1/inmor', '--dry-run']],
])('ends with %d and leaves no entry if it changes nothing: %s', async ([code, args]) => {
  const before = await admin.server.installation.auditEvent.count()
  expect((await run(args)).code).toBe(code)
  expect(await admin.server.installation.auditEvent.count()).toBe(before)
})

test.for([['user', 'list'], ['backup', '--output=/nowhere/backup'], ['migrate']])(
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
