/** Tests webhooks in a backup: each goes on after the restore, and what was delivered is not kept. */
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { folderInTest, inTest } from '#test/helpers/in-file.ts'
import { ENTITY_ID, startInstallation } from './installation.ts'
import { subjects } from './receiver.ts'

it('keeps webhooks with their place, and no deliveries', async () => {
  const directory = await folderInTest('inmor-webhooks')
  const [file, before, database] = [
    join(directory, 'backup'),
    await startInstallation(),
    await startDatabase(),
  ]
  onTestFinished(before.close)
  const { receiver, courier, find } = await before.connect()
  await before.happen('registerSubordinate', 'one')
  await courier.deliver()
  await before.happen('registerSubordinate', 'two')
  const row = await find()
  const { tables } = await writeBackup({ databaseUrl: before.url, entityId: ENTITY_ID }, file, null)
  expect([tables.Webhook, tables.Delivery]).toEqual([1, undefined])
  await restoreBackup(database.url, file, null)

  const after = await inTest(startInstallation(database))
  expect(await after.db.webhook.findMany()).toEqual([row])
  await after.open().courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'two'])
})
