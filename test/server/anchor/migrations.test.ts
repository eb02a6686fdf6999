/** Migrations of anchors and of the installation are kept apart, so that each runs where its tables are. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { FIRST_INSTALLATION, installationModels, migrationsOfAnchors } from '#prisma/anchor-schema.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { migrationNames } from '#prisma/migrate.ts'

const ofAnchors = Object.values(Prisma.ModelName).filter((name) => !installationModels.includes(name))

/** The tables that the statements of a migration change. */
async function tablesOf(name: string): Promise<string[]> {
  const sql = await readFile(
    new URL(`../../../prisma/migrations/${name}/migration.sql`, import.meta.url),
    'utf8',
  )
  const statements = sql.replace(/--.*$/gm, '').replace(/REFERENCES "public"\."\w+"/g, '')
  return Object.values(Prisma.ModelName).filter((table) => statements.includes(`"${table}"`))
}

it('change tables of one kind each', async () => {
  const names = (await migrationNames()).filter((name) => name >= FIRST_INSTALLATION) // before, each ran in `public` only
  expect(names).toContain(FIRST_INSTALLATION)
  const anchors = migrationsOfAnchors(names)
  for (const name of names) {
    const foreign: readonly string[] = anchors.includes(name) ? installationModels : ofAnchors
    const tables = await tablesOf(name)
    expect(
      tables.filter((table) => foreign.includes(table)),
      name,
    ).toEqual([])
  }
})
