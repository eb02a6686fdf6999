/** Which set of files owns an object: the one that described it when it was applied last. */
import type { FileObject as Row } from '#prisma/generated/client/client.ts'
import type { Finding } from '#server/as-code/fault.ts'
import type { Described } from '#server/as-code/wanted.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { pagesOf } from '#server/plan/kind/row.ts'
import { kinds } from '#server/plan/kinds.ts'
import type { Removed } from '#server/plan/plan.ts'
import { type Section, sectionsOf } from '#server/plan/section.ts'
import type { WantedObjects } from '#server/plan/wanted.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { nameOf } from '#server/services/file-object/changed-object.ts'
import { hashesOf } from '#server/services/file-object/field-hash.ts'
import { withdrawing } from '#server/services/file-object/withdrawal.ts'
import { operationsOf } from '#server/services/protection/effect.ts'

const PAGE = 1_000

/** An object that a set owned before, by section and key. */
type Owned = { section: Section; key: string }

/** What was applied last, by section and key. */
export type Applied = ReadonlyMap<string, Row>

/** The objects of the sets, which may have gone. */
async function readOwned(db: Database, sets: readonly string[]): Promise<Owned[]> {
  const rows = await db.fileObject.findMany({
    where: { fileSet: { in: [...sets] } },
    select: { section: true, key: true },
    orderBy: [{ section: 'asc' }, { key: 'asc' }],
  })
  return rows as Owned[] // as written below
}

/** Whether its set describes it still. */
export const isDescribed = ({ fields }: Row): boolean => Object.keys(fields as object).length > 0 // hashes by name

export async function readApplied(db: Database, objects: readonly Owned[]): Promise<Applied> {
  const found = new Map<string, Row>()
  for (const [section, all] of Map.groupBy(objects, (object) => object.section)) {
    for (const some of pagesOf(all, PAGE)) {
      const where = { section, key: { in: some.map(({ key }) => key) } }
      for (const row of await db.fileObject.findMany({ where })) found.set(nameOf(row), row)
    }
  }
  return found
}

/** Two sets describe no object together: each application would undo the other one. */
export function findOwnedByOthers(objects: readonly Described[], applied: Applied): Finding[] {
  return objects.flatMap((object): Finding[] => {
    const { section, key, set, file, path } = object
    const owner = applied.get(nameOf(object))
    if (!owner || owner.fileSet === set || !isDescribed(owner)) return []
    const name = `${kinds[section].noun}${key === '' ? '' : ` ${key}`}`
    const message = `The ${name} is described by the set ${owner.fileSet}, in ${owner.file}. Remove it there first.`
    return [{ file, path, message }]
  })
}

/** A value that no object has. */
const ANOTHER = '\0'

/**
 * What it amounts to that files describe an object, or fields of it, that they did not before: as much as what others can do
 * no more, which is to remove it or to change the fields.
 */
export function amountsToTake({ section, key, wanted }: Described, before: Row | undefined, caller: Caller) {
  const { keys, mutations } = kinds[section]
  const known = (before?.fields ?? {}) as object // hashes by name
  const names = Object.keys(wanted).filter((name) => !(name in known) && !keys.includes(name))
  const each = (value: unknown) => Object.fromEntries(names.map((name) => [name, value]))
  const [change] = names.length > 0 ? (mutations.CHANGE ?? []) : []
  const [remove] = before && isDescribed(before) ? [] : (mutations.REMOVE ?? [])
  const amounts = (action: AuditAction | undefined, after?: object) =>
    action ? operationsOf({ action, resource: key, before: each(null), after }, caller) : []
  return [...amounts(change, each(ANOTHER)), ...amounts(remove)]
}

/** Why a file does not change the object, as a sentence; null: it may. */
export function explainWithdrawal({ withdrawnBy, withdrawnAt }: Row, noun: string): string | null {
  if (withdrawnBy === null || withdrawnAt === null) return null
  return `${withdrawnBy} withdrew this ${noun} outside of the files, at ${withdrawnAt.toISOString()}. It stays as it is. Say so here, or reactivate it there.`
}

/** One that the file says is inactive is no longer withdrawn outside of it. */
export async function recordOwned(
  tx: Transaction,
  objects: readonly Described[],
  { commit, at }: { commit: string | null; at: Date },
): Promise<void> {
  const { active, paused } = hashesOf(withdrawing)
  for (const some of pagesOf(objects, PAGE)) {
    const rows = some.map(({ section, key, set, file: { name }, wanted }) => ({
      ...{ section, key, set, name },
      fields: hashesOf(wanted),
    }))
    await tx.$executeRaw`
      INSERT INTO "FileObject" ("section", "key", "fileSet", "file", "commit", "appliedAt", "fields")
      SELECT r.section, r.key, r.set, r.name, ${commit}, ${at}::timestamp, r.fields
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS r (section text, key text, set text, name text, fields jsonb)
      ON CONFLICT ("section", "key") DO UPDATE SET "fileSet" = excluded."fileSet", "file" = excluded."file",
        "commit" = excluded."commit", "appliedAt" = excluded."appliedAt", "fields" = excluded."fields",
        "differs" = CASE WHEN "FileObject"."withdrawnAt" IS NULL OR excluded."fields"->>'active' = ${active}
          OR excluded."fields"->>'paused' = ${paused} THEN '{}' ELSE "FileObject"."differs" END,
        "withdrawnAt" = CASE WHEN excluded."fields"->>'active' = ${active} OR excluded."fields"->>'paused' = ${paused}
          THEN NULL ELSE "FileObject"."withdrawnAt" END,
        "withdrawnBy" = CASE WHEN excluded."fields"->>'active' = ${active} OR excluded."fields"->>'paused' = ${paused}
          THEN NULL ELSE "FileObject"."withdrawnBy" END`
  }
}

/**
 * What the sets described before in these sections, and do not describe any more, may be changed outside of the files
 * again. The sets keep it for `prune`. Called after `recordOwned`, with the same time.
 */
export async function releaseOthers(
  tx: Transaction,
  { sets, sections, at }: { sets: readonly string[]; sections: readonly Section[]; at: Date },
): Promise<void> {
  await tx.fileObject.updateMany({
    where: { fileSet: { in: [...sets] }, section: { in: [...sections] }, appliedAt: { not: at } },
    data: { fields: {}, differs: [], withdrawnAt: null, withdrawnBy: null },
  })
}

/** After its removal. */
export async function forgetOwned(db: Database, { section, key }: Owned): Promise<void> {
  await db.fileObject.deleteMany({ where: { section, key } })
}

/** What the sets owned before and describe no longer. What refers to others goes first. */
export async function ownedAndGone(
  db: Database,
  { isOfInstallation, sets }: { isOfInstallation: boolean; sets: ReadonlySet<string> },
  objects: WantedObjects,
): Promise<Removed[]> {
  const owned = (await readOwned(db, [...sets])).filter(({ section, key }) => !objects.get(section)?.has(key))
  return sectionsOf(isOfInstallation)
    .toReversed()
    .map((section) => ({
      section,
      keys: owned.flatMap((each) => (each.section === section ? each.key : [])),
    }))
}
