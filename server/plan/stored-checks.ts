/** What the application of a plan would refuse: by what is stored, and by references to objects that exist nowhere. */
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { kinds } from '#server/plan/kinds.ts'
import { plannedStateOf } from '#server/plan/planned-state.ts'
import type { Section } from '#server/plan/section.ts'
import type { Step } from '#server/plan/step.ts'
import type { Finding, Wanted, WantedObjects } from '#server/plan/wanted.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { Services } from '#server/services/index.ts'
import type { ParsedFields } from '#server/services/subordinate/input.ts'
import { checkSettings, checkSettingsAgainstRows } from '#server/services/trust-anchor/settings-check.ts'

/** What the application of a plan would refuse, by what is stored: the checks of the mutations, before anything is done. */
export type StoredChecks = Pick<ServiceContext, 'db'> & { services: Pick<Services, 'subordinates'> }

export async function findRefused<Item extends Wanted>(
  { db, services }: StoredChecks,
  steps: readonly Step[],
  objects: WantedObjects<Item>,
): Promise<Finding<Item>[]> {
  const faults: Finding<Item>[] = []
  const report = ({ section, key }: Step, path: Finding['path'], message: string) => {
    const object = objects.get(section)?.get(key)
    if (object) faults.push({ object, path, message })
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

type Open<Item> = { from: Item; key: string; field: string }

/** Finds references of wanted objects to objects that exist neither here nor in the source. */
export async function findMissing<Item extends Wanted>(
  db: Database,
  objects: WantedObjects<Item>,
  now: Date,
): Promise<Finding<Item>[]> {
  const open = new Map<Section, Open<Item>[]>()
  for (const from of [...objects.values()].flatMap((some) => [...some.values()])) {
    for (const { section, key, field } of kinds[from.section].references?.(from.wanted) ?? []) {
      if (objects.get(section)?.has(key)) continue
      const some = open.get(section) ?? []
      open.set(section, some)
      some.push({ from, key, field })
    }
  }
  const faults: Finding<Item>[] = []
  for (const [section, some] of open) {
    const known = await knownKeys(db, section, new Set(some.map(({ key }) => key)), now)
    const { noun } = kinds[section]
    for (const { from, key, field } of some.filter((each) => !known.has(each.key)))
      faults.push({
        object: from,
        path: [field],
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
