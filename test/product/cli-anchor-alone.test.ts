/** Tests one anchor on its own: backup and restore beside a running server, and commands without a running product. */
import { cp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { keysBelow } from '#server/config/embedded.ts'
import { connectDatabase } from '#server/database/client.ts'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { createAnchorRow, makeAnchor } from '#test/helpers/anchor.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { eventually, inmor, prepareInstallation } from '#test/helpers/product.ts'
import { runFor } from './command.ts'

const type = 'https://ta.example.org/marks/member'
const testId = 'http://test.example.org'

async function start(): Promise<TestAdmin> {
  const admin = await inTest(startAdmin())
  return admin
}

test('moves an anchor to an installation that runs, which then publishes it', async () => {
  const [from, to] = await Promise.all([start(), start()])
  const { services, entityId } = await makeAnchor(from, 'test')
  await services.trustMarkTypes.create(cliCaller('test'), { type })
  const file = join(tmpdir(), `inmor-anchor-${process.pid}`)
  onTestFinished(() => rm(file))
  expect(await runFor(from, ['backup', '--anchor=test', `--output=${file}`])).toMatchObject({
    code: 0,
    stderr: '',
  })

  const directory = join(to.config.keysDirectory, 'test')
  await cp(join(from.config.keysDirectory, 'test'), directory, { recursive: true })
  const { code, stdout, stderr } = await runFor(to, ['restore', file, `--anchor=${entityId}`])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('test.TrustMarkType ... 1 rows\n')
  expect(stdout).toMatch(/\nRestored the anchor test from the backup of \S+Z\.\n/)
  expect(stdout).toContain(`Restore its key directory, ${directory}: the server then publishes the anchor.\n`)

  await eventually(() => expect(to.server.anchors.find('test')?.running).toBeDefined())
  await eventually(async () => {
    expect(await to.redis.client.exists('{test}inmor:entity_id')).toBe(1)
    expect(await to.server.anchors.find('test')?.running?.db.outboxEntry.count()).toBe(0)
  })
  const entries = await to.server.installation.auditEvent.findMany({ where: { action: 'restore' } })
  expect(entries).toMatchObject([{ anchor: 'test', outcome: 'SUCCEEDED' }])
  expect(await runFor(to, ['restore', file, '--anchor=test'])).toMatchObject({
    ...{
      code: 1,
      stderr: 'The anchor test is not empty: TrustMarkType has rows. Restore into an empty anchor.\n',
    },
  })
})

test('works without a running product', async () => {
  const installation = await prepareInstallation()
  const { dataDirectory } = installation
  for (const keys of [keysBelow(dataDirectory), join(keysBelow(dataDirectory), 'test')])
    await writeNewKey(keys, await generateSigningKey('ES256'))
  const database = await startEmbeddedDatabase(join(dataDirectory, 'postgres'))
  const db = connectDatabase(database.url)
  await createAnchorRow(db, 'test', testId)
  await db.$disconnect()
  await database.close()

  const evaluated = await inmor(installation, ['policy', 'evaluate', '--follow', '--anchor=test'])
  expect(evaluated).toMatchObject({ code: 0, stderr: '' })
  expect(evaluated.stdout).toMatch(RegExp(`\n${testId} \\.\\.\\. OK.*\nSUCCEEDED: 1 done, 0 failed\\.\n$`))
  const { stdout } = await inmor(installation, ['audit', 'export'])
  const entries = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(entries).toMatchObject([{ action: 'startEvaluation', anchor: 'test' }])
  const rebuilt = await inmor(installation, ['publication', 'rebuild', '--anchor', testId])
  expect(rebuilt).toMatchObject({ code: 0, stderr: '' })
})
