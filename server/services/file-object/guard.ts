/**
 * Decides at the one writer (services/write.ts) whether a change may touch what configuration files describe. The next
 * application would undo it, so it is refused. What must stop at once may always be withdrawn.
 */
import type { FileObject } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { actsForPerson, type Caller } from '#server/identity/caller.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import { type ChangedObject, changedObjects, nameOf } from '#server/services/file-object/changed-object.ts'
import { DescribedError } from '#server/services/file-object/described-error.ts'
import { hashOfField } from '#server/services/file-object/field-hash.ts'
import { withdrawalIn, withdrawing } from '#server/services/file-object/withdrawal.ts'

type Change = AuditEntry & { parts?: readonly AuditEntry[] }

/** What files say of the objects of some changes, by section and key. */
export type Descriptions = ReadonlyMap<string, FileObject>

const isBound = (caller: Caller) => actsForPerson(caller) && !caller.appliesFiles

const objectsOf = ({ parts = [], ...change }: Change): ChangedObject[] =>
  [change, ...parts].flatMap(changedObjects)

/** With one statement for all of them; with none where nothing that was there changes. */
export async function readDescriptions(
  tx: Transaction,
  changes: readonly { caller: Caller; change: Change }[],
): Promise<Descriptions> {
  return readObjects(
    tx,
    changes.flatMap(({ caller, change }) => (isBound(caller) ? objectsOf(change) : [])),
  )
}

async function readObjects(
  tx: Pick<Transaction, '$queryRaw'>,
  objects: readonly Pick<ChangedObject, 'section' | 'key'>[],
): Promise<Descriptions> {
  if (objects.length === 0) return new Map()
  const named = JSON.stringify(objects.map(({ section, key }) => ({ section, key })))
  const rows = await tx.$queryRaw<FileObject[]>`
    SELECT f.* FROM "FileObject" f
    JOIN (SELECT DISTINCT r.section, r.key FROM jsonb_to_recordset(${named}::jsonb) AS r (section text, key text)) AS r
    USING ("section", "key")`
  return new Map(rows.map((row) => [nameOf(row), row]))
}

/** @throws DescribedError */
export function requireOutsideFiles(descriptions: Descriptions, caller: Caller, change: Change): void {
  if (descriptions.size === 0 || !isBound(caller)) return
  for (const object of objectsOf(change)) {
    const row = descriptions.get(nameOf(object))
    const refused = row && refusedPart(row, object)
    if (refused) throw new DescribedError(refused, row.file)
  }
}

/** Why changes would be refused, by the names of their objects. */
export async function findDescribed(
  tx: Pick<Transaction, '$queryRaw'>,
  objects: readonly ChangedObject[],
): Promise<Map<string, string>> {
  const descriptions = await readObjects(tx, objects)
  const found = new Map<string, string>()
  for (const object of objects) {
    const row = descriptions.get(nameOf(object))
    const refused = row && refusedPart(row, object)
    if (refused) found.set(nameOf(object), new DescribedError(refused, row.file).message)
  }
  return found
}

/** What of the change a file stands against; null: nothing. */
function refusedPart(row: FileObject, object: ChangedObject): ChangedObject | null {
  const hashes = row.fields as Record<string, string> // as the application wrote them
  if (object.isRemoved) return Object.keys(hashes).length > 0 ? object : null
  const isAllowed = (name: string, value: unknown) =>
    name in withdrawing && (value === withdrawing[name] || hashes[name] === hashOfField(value))
  const refused = Object.entries(object.changed).filter(
    ([name, value]) => name in hashes && !isAllowed(name, value),
  )
  return refused.length > 0 ? { ...object, changed: Object.fromEntries(refused) } : null
}

/** Keeps who withdrew what a file wants to be active, so that no application activates it again. */
export async function noteWithdrawals(
  tx: Transaction,
  descriptions: Descriptions,
  changes: readonly { caller: Caller; change: Change }[],
): Promise<void> {
  if (descriptions.size === 0) return
  for (const { caller, change } of changes) {
    for (const object of objectsOf(change)) {
      const isWithdrawn = withdrawalIn(object.changed)
      if (!descriptions.has(nameOf(object)) || isWithdrawn === undefined) continue
      const by = isWithdrawn ? caller.name : null
      await tx.$executeRaw`
        UPDATE "FileObject" SET "withdrawnBy" = ${by},
          "withdrawnAt" = CASE WHEN ${by}::text IS NULL THEN NULL ELSE clock_timestamp() AT TIME ZONE 'utc' END
        WHERE "section" = ${object.section} AND "key" = ${object.key}`
    }
  }
}
