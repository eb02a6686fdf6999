/** Names anchors from a connection of the installation, whether they run or not. */
import { schemaOf } from '#prisma/anchor-schema.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

type Client = Pick<Database | Transaction, 'anchor' | '$queryRawUnsafe'>
type Row = { displayName: string | null; organizationName: string | null }

/** In the order of the slugs. The first anchor has no name until its settings have one. */
export async function readAnchorNames(db: Client, slugs: readonly string[]): Promise<string[]> {
  const rows = await db.anchor.findMany({ where: { slug: { in: [...slugs] } }, orderBy: { slug: 'asc' } })
  const names: string[] = []
  for (const { slug, entityId } of rows) {
    const schema = slug === FIRST_ANCHOR ? 'public' : schemaOf(slug)
    const [settings] = await db.$queryRawUnsafe<Row[]>(
      `SELECT "displayName", "organizationName" FROM "${schema}"."Settings" WHERE "id" = 1`,
    )
    const name = settings?.displayName ?? settings?.organizationName ?? entityId
    if (name) names.push(name)
  }
  return names
}
