/** What Redis should say of single subordinates, by the database. */
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { subordinateInfo } from '#server/publish/rows.ts'
import { type CurrencyContext, findFault, isSigned, type Signed } from '#server/publish/statements.ts'
import { findSubordinateRows, type SubordinateRow } from '#server/publish/subordinate-row.ts'
import type { KindFacts } from '#server/publish/write.ts'
import { formatSubordinateInfo } from '#store/subordinate-info.ts'

export type ExpectedSubordinate = {
  entityId: string
  statement: string
  configuration: string
  info: string
  facts: KindFacts
  /** Why the statement has to be signed again. */
  fault: string | null
}

/** Of these; one that is inactive or was never signed is not published. */
export async function findExpected(
  context: PublishContext,
  entityIds: readonly string[],
): Promise<ExpectedSubordinate[]> {
  const currency = await readCurrency(context)
  const rows = await findSubordinateRows(context.db, entityIds)
  return rows.filter(isSigned).map((row) => toExpected(row, currency))
}

export async function readCurrency({
  db,
  entityId,
  signingKeys,
  now,
}: PublishContext): Promise<CurrencyContext> {
  const { signer } = signingKeys.current()
  return { entityId, settings: await readSettings(db), signer, now: toUnix(now()) }
}

function toExpected(row: Signed<SubordinateRow>, currency: CurrencyContext): ExpectedSubordinate {
  const facts = subordinateInfo(row)
  const fault = findFault(row, currency)
  // The statement of a member that fails its checks, or is not renewed automatically, is meant to expire.
  const isMeant = fault === 'expired' && (!row.autorenew || row.failingSince !== null)
  return {
    entityId: row.entityId,
    statement: row.statement,
    configuration: row.entityConfiguration,
    info: formatSubordinateInfo(facts),
    facts,
    fault: isMeant ? null : fault,
  }
}
