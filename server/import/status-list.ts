/** Imports a status list, so that Trust Marks that were issued before find their entries. */
import type { EntityId } from '#core/entity-id.ts'
import { isJsonObject } from '#core/json.ts'
import { STATUS_LIST_SIZE, statusListUri } from '#core/status-list.ts'
import { claimsOf, type SourceStatusList } from '#server/import/content.ts'
import {
  compared,
  failed,
  type ImportContext,
  imported,
  type Outcome,
  unchanged,
} from '#server/import/step.ts'
import type { StatusEntry } from '#server/services/trust-mark/status-entry.ts'

/** Of a mark; null: it refers to no list of the issuer. */
export function readStatusEntry(jwt: string | null, issuer: EntityId): StatusEntry | null {
  const status = claimsOf(jwt)?.status
  const entry = isJsonObject(status) && isJsonObject(status.status_list) ? status.status_list : {}
  const { idx: index, uri } = entry
  const list = typeof uri === 'string' ? Number(/\d+$/.exec(uri)?.[0]) : 0
  const isOurs = Number.isSafeInteger(list) && uri === statusListUri(issuer, list)
  if (!isOurs || !Number.isInteger(index) || typeof index !== 'number') return null
  if (index < 0 || index >= STATUS_LIST_SIZE) return null
  return { list, index }
}

/** Before the first mark of the list, which publishes it. New marks begin another list, because more entries were used. */
export async function importStatusList(
  { db, write, caller, isDryRun }: ImportContext,
  { number, type, kid, bits }: SourceStatusList,
): Promise<Outcome> {
  const existing = await db.statusList.findUnique({ where: { number }, include: { trustMarkType: true } })
  if (existing) {
    const isSame = existing.trustMarkType.type === type && existing.kid === kid
    return isSame ? unchanged : compared(['type or key'])
  }
  if (isDryRun) return imported()
  const owner = await db.trustMarkType.findUnique({ where: { type } })
  if (!owner) return failed(`Its type ${type} does not exist.`)
  await write(caller, async (tx) => {
    await tx.statusList.create({ data: { number, trustMarkTypeId: owner.id, kid, keptBits: bits } })
    await tx.$executeRaw`
      SELECT setval(pg_get_serial_sequence('"StatusList"', 'number'), (SELECT max("number") FROM "StatusList"))`
    const after = { number, type, kid }
    return { action: 'importTrustMarkType', resource: type, after, publish: [], result: undefined }
  })
  return imported()
}
