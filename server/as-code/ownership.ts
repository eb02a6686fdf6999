/** Which set of files owns an object: the one that described it when it was applied last. */
import type { Section } from '#server/as-code/document.ts'
import type { Finding } from '#server/as-code/fault.ts'
import { pagesOf } from '#server/as-code/kind/pages.ts'
import { kinds } from '#server/as-code/kinds.ts'
import type { FileObject } from '#server/as-code/read-files.ts'
import type { Database, Transaction } from '#server/database/client.ts'

const PAGE = 1_000

/** An object that a set owned before, by section and key. */
export type Owned = { section: Section; key: string }
type Described = Pick<FileObject, 'section' | 'key' | 'file' | 'set'>

/** The objects of the sets, which may have gone. */
export async function readOwned(db: Database, sets: readonly string[]): Promise<Owned[]> {
  const rows = await db.fileObject.findMany({
    where: { fileSet: { in: [...sets] } },
    select: { section: true, key: true },
    orderBy: [{ section: 'asc' }, { key: 'asc' }],
  })
  return rows as Owned[] // as written below
}

/** Two sets describe no object together: each application would undo the other one. */
export async function findOwnedByOthers(db: Database, objects: readonly FileObject[]): Promise<Finding[]> {
  const faults: Finding[] = []
  for (const some of pagesOf(objects, PAGE)) {
    const named = some.map(({ section, key }) => ({ section, key }))
    const rows = await db.fileObject.findMany({ where: { OR: named } })
    const owners = new Map(rows.map((row) => [`${row.section} ${row.key}`, row]))
    for (const { section, key, set, file, path } of rows.length > 0 ? some : []) {
      const owner = owners.get(`${section} ${key}`)
      if (!owner || owner.fileSet === set) continue
      const name = `${kinds[section].noun}${key === '' ? '' : ` ${key}`}`
      const message = `The ${name} is described by the set ${owner.fileSet}, in ${owner.file}. Remove it there first.`
      faults.push({ file, path, message })
    }
  }
  return faults
}

/** As one parameter, because there may be a hundred thousand. */
export async function recordOwned(
  tx: Transaction,
  objects: readonly Described[],
  { commit, at }: { commit: string | null; at: Date },
): Promise<void> {
  const rows = objects.map(({ section, key, set, file: { name } }) => ({ section, key, set, name }))
  await tx.$executeRaw`
    INSERT INTO "FileObject" ("section", "key", "fileSet", "file", "commit", "appliedAt")
    SELECT r.section, r.key, r.set, r.name, ${commit}, ${at}::timestamp
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (section text, key text, set text, name text)
    ON CONFLICT ("section", "key") DO UPDATE SET "fileSet" = excluded."fileSet", "file" = excluded."file",
      "commit" = excluded."commit", "appliedAt" = excluded."appliedAt"`
}

/** After its removal. */
export async function forgetOwned(db: Database, { section, key }: Owned): Promise<void> {
  await db.fileObject.deleteMany({ where: { section, key } })
}
