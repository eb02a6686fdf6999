/** Makes a further anchor of an installation under test: tables, keys and a row. */
import { join } from 'node:path'
import { generateSigningKey } from '#core/keys.ts'
import { createAnchorTables } from '#prisma/anchor-schema.ts'
import { migrationNames } from '#prisma/migrate.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import type { Database } from '#server/database/client.ts'
import { writeNewKey } from '#store/key-directory.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

/** Its tables and its row. */
export async function createAnchorRow(installation: Database, slug: string, entityId: string): Promise<void> {
  await installation.$transaction(async (tx) => {
    const names = await migrationNames()
    const migration = await createAnchorTables((sql) => tx.$executeRawUnsafe(sql), slug, names)
    await tx.anchor.create({ data: { slug, entityId, migration } })
  })
}

/** An anchor that the server of the test runs, without schedules. */
export async function makeAnchor(
  { server, config, entityId }: Pick<TestAdmin, 'server' | 'config' | 'entityId'>,
  slug: string,
): Promise<Anchor> {
  await writeNewKey(join(config.keysDirectory, slug), await generateSigningKey('ES256'))
  await createAnchorRow(server.installation, slug, `${entityId}/${slug}`)
  await server.anchors.refresh()
  const anchor = server.anchors.find(slug)?.running
  if (!anchor) throw new Error(`The anchor ${slug} did not start: ${server.anchors.find(slug)?.fault}`)
  await anchor.db.schedule.updateMany({ data: { enabled: false } })
  await anchor.publisher.rebuild()
  return anchor
}
