/** Tests a version that meets the database of a newer or an unreleased one: it refuses with a sentence, and changes nothing. */
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { migrate } from '#prisma/migrate.ts'
import { connectDatabase } from '#server/database/client.ts'
import { startBackend } from '#server/process/backend.ts'
import { startAdminServer } from '#server/process/start.ts'
import { sentenceOf } from '#server/process/start-failure.ts'
import { startAdmin, startSecondAdmin } from '#test/helpers/admin.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { runFor } from '../../product/command.ts'

const NEWER = '29990101000000_of_the_future'
const UNRELEASED = '20261130110000_unnamed_algorithms'
const sentence = (name: string) =>
  `A newer or an unreleased version has migrated the database (${name}). Run a version that knows this migration, or restore a backup that was made before it.`

it('refuses to start, to migrate and to execute a command', async () => {
  const admin = await inTest(startAdmin())
  const db = connectDatabase(admin.database.url)
  onTestFinished(() => db.$disconnect())
  await db.$executeRaw`
    INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count")
    VALUES ('newer', '', ${NEWER}, now(), 1)`
  const entries = () => db.auditEvent.count()
  const before = await entries()

  const silent = pino({ level: 'silent' })
  const worker = () => startBackend(admin.config, silent, { isWorker: true })
  const server = () => startAdminServer({ ...admin.config, port: 0 }, silent)
  for (const start of [worker, server, () => startSecondAdmin(admin), () => migrate(admin.database.url)]) {
    const error = await start().then(
      () => 'it started',
      (error: unknown) => error,
    )
    expect(sentenceOf(error)).toBe(sentence(NEWER))
  }
  for (const args of [['user', 'list'], ['migrate'], ['keys', 'revoke', 'x', '--reason=x']]) {
    expect(await runFor(admin, args)).toEqual({ code: 1, stdout: '', stderr: `${sentence(NEWER)}\n` })
  }
  expect(await entries()).toBe(before)

  await db.$executeRaw`UPDATE "_prisma_migrations" SET "migration_name" = ${UNRELEASED} WHERE "id" = 'newer'`
  await expect(migrate(admin.database.url)).rejects.toThrow(sentence(UNRELEASED))
})
