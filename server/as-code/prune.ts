/** Finds what a set of files described before and describes no longer: it is removed where that is asked for. */
import { sectionsOf } from '#server/as-code/document.ts'
import { kinds } from '#server/as-code/kinds.ts'
import { readOwned } from '#server/as-code/ownership.ts'
import { type Amounting, amounting } from '#server/as-code/step.ts'
import type { WantedObjects } from '#server/as-code/wanted.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'

type Context = Pick<ServiceContext, 'db' | 'now'> & {
  caller: Caller
  isOfInstallation: boolean
  /** The sets of the files. */
  sets: ReadonlySet<string>
}

/** What refers to others goes first. */
export async function stepsToRemove(
  { db, now, caller, isOfInstallation, sets }: Context,
  objects: WantedObjects,
): Promise<Amounting[]> {
  const owned = await readOwned(db, [...sets])
  const steps: Amounting[] = []
  for (const section of sectionsOf(isOfInstallation).toReversed()) {
    const { remove, mutations, read } = kinds[section]
    const [action] = mutations.REMOVE ?? []
    if (!remove || !action) continue
    const keys = owned.flatMap((each) =>
      each.section === section && !objects.get(section)?.has(each.key) ? [each.key] : [],
    )
    for await (const page of read(db, { keys }, now())) {
      for (const { key, fields } of page) {
        if (!keys.includes(key)) continue
        const step = { section, key, verb: 'REMOVE', fields: {}, changes: [] } as const
        steps.push(amounting(step, { action, resource: key, before: fields }, caller))
      }
    }
  }
  return steps
}
