/** Finds references of described objects to objects that exist neither here nor in the files. */
import type { Section } from '#server/as-code/document.ts'
import type { Finding } from '#server/as-code/fault.ts'
import { kinds } from '#server/as-code/kinds.ts'
import type { Wanted, WantedObjects } from '#server/as-code/wanted.ts'
import type { Database } from '#server/database/client.ts'

type Open = { from: Wanted; key: string; field: string }

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
