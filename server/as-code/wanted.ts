/** Reads what files describe in the form in which it is stored, so that it can be compared. */
import { setImmediate } from 'node:timers/promises'
import { type Finding, refuseFaulty } from '#server/as-code/fault.ts'
import type { FileObject, FileObjects } from '#server/as-code/read-files.ts'
import { readSettings } from '#server/database/settings.ts'
import { OperationError } from '#server/error/operation-error.ts'
import type { ParseContext, ScheduleWriter } from '#server/plan/kind/row.ts'
import { kinds } from '#server/plan/kinds.ts'
import { type Fields, type Section, sections } from '#server/plan/section.ts'
import type { WantedObjects } from '#server/plan/wanted.ts'
import type { ServiceContext } from '#server/services/context.ts'

/** Objects after which other requests have their turn. */
const PAGE = 500

/** A described object with its fields as they are stored. */
export type Described = FileObject & { wanted: Fields }

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp'> & {
  scheduleChanges: Pick<ScheduleWriter, 'check'>
}

/** Each with the settings that the files lead to. @throws PlanFaultsError */
export async function parseAll(
  { db, entityId, allowHttp, scheduleChanges }: Context,
  objects: FileObjects,
): Promise<WantedObjects<Described>> {
  const faults: Finding[] = []
  const checkCron = scheduleChanges.check
  const context: ParseContext = { entityId, allowHttp, checkCron, settings: await readSettings(db) }
  const all = new Map<Section, Map<string, Described>>()
  for (const section of sections) {
    const parsed = new Map<string, Described>()
    for (const [key, object] of objects.get(section) ?? []) {
      if (parsed.size % PAGE === PAGE - 1) await setImmediate()
      const wanted = parseObject(object, context, faults)
      if (wanted) parsed.set(key, { ...object, wanted })
    }
    if (section === 'settings' || section === 'metadataPolicy')
      for (const { wanted } of parsed.values())
        context.settings = { ...context.settings, ...withoutMarks(wanted) }
    all.set(section, parsed)
  }
  await refuseFaulty(faults)
  return all
}

/** The file has its own marks as JWTs alone. No other object depends on them. */
function withoutMarks({ trustMarks: _, ...fields }: Fields): Fields {
  return fields
}

function parseObject(object: FileObject, context: ParseContext, faults: Finding[]): Fields | null {
  const { section, fields, isComplete } = object
  const { parse, defaults, bare } = kinds[section]
  try {
    const parsed = parse(fields, context)
    return isComplete ? { ...defaults, ...parsed } : parsed
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    const inside = error.path?.slice(bare === undefined ? 0 : 1) ?? [] // the section is its only field
    faults.push({ file: object.file, path: [...object.path, ...inside], message: error.message })
    return null
  }
}
