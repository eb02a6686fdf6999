/** What an update of subordinates would refuse, by their stored configurations: nothing is fetched. */
import { setImmediate } from 'node:timers/promises'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import type { Settings } from '#server/database/typed-row.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { EntityCheckName } from '#server/services/entity/checks.ts'
import type { Examine } from '#server/services/entity/examiner.ts'
import type { ParsedFields } from '#server/services/subordinate/input.ts'
import { refusedByChains } from '#server/services/subordinate/problem.ts'
import { examineAgain, isExamined } from '#server/services/subordinate/update.ts'

const PAGE = 200

/** They depend on the update, and the field that decides each. */
const decisive: Partial<Record<EntityCheckName, keyof ParsedFields>> = {
  KEYS: 'jwks',
  CONSTRAINTS: 'constraints',
  METADATA_POLICY: 'metadataPolicy',
}

export type UpdateFault = { field: keyof ParsedFields; message: string }

/** The first failed check of each, by Entity Identifier. The settings are those at the time of the updates. */
export function createStoredCheck({ db }: Pick<ServiceContext, 'db'>, examine: Examine) {
  return async (updates: ReadonlyMap<string, ParsedFields>, settings: Settings) => {
    const found = new Map<string, UpdateFault>()
    const ids = [...updates].flatMap(([entityId, fields]) => (isExamined(fields) ? [entityId] : []))
    for (let start = 0; start < ids.length; start += PAGE) {
      const rows = await db.subordinate.findMany({
        where: { entityId: { in: ids.slice(start, start + PAGE) } },
      })
      for (const row of rows) {
        const fault = await findFault(row, updates.get(row.entityId) ?? {}, settings)
        if (fault) found.set(row.entityId, fault)
      }
      await setImmediate()
    }
    return found
  }

  async function findFault(
    row: Subordinate,
    fields: ParsedFields,
    settings: Settings,
  ): Promise<UpdateFault | null> {
    // What an update fetches is not what is stored.
    if (row.failingCode !== null && refusedByChains.includes(row.failingCode)) return null
    const fetch = async () => row.entityConfiguration
    // Trust Marks may have to be fetched.
    const given = { ...fields, requiredTrustMarks: [] }
    const { checks } = await examineAgain((it) => examine({ ...it, fetch }), row, given, settings)
    const failed = checks.filter(({ status }) => status === 'FAILED')
    if (failed.some(({ name }) => !(name in decisive))) return null
    const [first] = failed
    const field = first && decisive[first.name]
    return field ? { field, message: first.message } : null
  }
}
