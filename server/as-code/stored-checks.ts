/** What the application of a plan would refuse: by what is stored, and by references to objects that exist nowhere. */
import type { Section } from '#server/as-code/document.ts'
import type { Finding } from '#server/as-code/fault.ts'
import { kinds } from '#server/as-code/kinds.ts'
import { plannedStateOf } from '#server/as-code/planned-state.ts'
import type { Step } from '#server/as-code/step.ts'
import type { Wanted, WantedObjects } from '#server/as-code/wanted.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { Services } from '#server/services/index.ts'
import type { ParsedFields } from '#server/services/subordinate/input.ts'
import { checkSettings, checkSettingsAgainstRows } from '#server/services/trust-anchor/settings-check.ts'

/** What the application of a plan would refuse, by what is stored: the checks of the mutations, before anything is done. */
export type StoredChecks = Pick<ServiceContext, 'db'> & { services: Pick<Services, 'subordinates'> }

export async function findRefused(
  { db, services }: StoredChecks,
  steps: readonly Step[],
  objects: WantedObjects,
): Promise<Finding[]> {
  const faults: Finding[] = []
  const report = ({ section, key }: Step, inside: Finding['path'], message: string) => {
    const object = objects.get(section)?.get(key)
    if (object) faults.push({ file: object.file, path: [...object.path, ...inside], message })
  }
  let settings = await readSettings(db)
  for (const step of steps) {
    if (step.section !== 'settings' && step.section !== 'metadataPolicy') continue
    const { settings: patch = {} } = plannedStateOf([step])
    try {
      checkSettings(settings, patch)
      await checkSettingsAgainstRows(db, patch)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      report(step, (error.path ?? []).slice(kinds[step.section].bare === undefined ? 0 : 1), error.message)
    }
    settings = { ...settings, ...patch }
  }
  const changed = steps.filter(({ section, verb }) => section === 'members' && verb === 'CHANGE')
  const updates = new Map(changed.map(({ key, fields }) => [key, updateOf(fields)]))
  const refused = await services.subordinates.checkStored(updates, settings)
  for (const step of changed) {
    const fault = refused.get(step.key)
    if (fault) report(step, fault.field in step.fields ? [fault.field] : [], fault.message)
  }
  return faults
}

/** What `update` examines. */
const updateOf = ({ entityId: _id, active: _active, organization: _name, ...fields }: Step['fields']) =>
  fields as ParsedFields // parsed as the input of the mutation

type Open = { from: Wanted; key: string; field: string }

/** Finds references of described objects to objects that exist neither here nor in the files. */
export async function findMissing(db: Database, objects: WantedObjects, now: Date): Promise<Finding[]> {
  const open = new Map<Section, Open[]>()
  for (const from of [...objects.values()].flatMap((some) => [...some.values()])) {
    for (const { section, key, field } of kinds[from.section].references?.(from.wanted) ?? []) {
      if (objects.get(section)?.has(key)) continue
      const some = open.get(section) ?? []
      open.set(section, some)
      some.push({ from, key, field })
    }
  }
  const faults: Finding[] = []
  for (const [section, some] of open) {
    const known = await knownKeys(db, section, new Set(some.map(({ key }) => key)), now)
    const { noun } = kinds[section]
    for (const { from, key, field } of some.filter((each) => !known.has(each.key)))
      faults.push({
        file: from.file,
        path: [...from.path, field],
        message: `There is no ${noun} ${key}, here or in the files.`,
      })
  }
  return faults
}

async function knownKeys(db: Database, section: Section, keys: ReadonlySet<string>, now: Date) {
  const known = new Set<string>()
  for await (const page of kinds[section].read(db, { keys: [...keys] }, now))
    for (const { key } of page) known.add(key)
  return known
}
