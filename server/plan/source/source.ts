/** What sources of plans have in common. */
import type { ParseContext } from '#server/plan/kind/row.ts'
import type { Section } from '#server/plan/section.ts'
import type { Finding, Wanted, WantedObjects } from '#server/plan/wanted.ts'
import type { ServiceContext } from '#server/services/context.ts'

/** Without signing keys, the issue of each Trust Mark checks its delegation for itself. */
export type SourceContext = Pick<ServiceContext, 'db' | 'slug' | 'entityId' | 'allowHttp' | 'now'> &
  Partial<Pick<ServiceContext, 'signingKeys'>> &
  Pick<ParseContext, 'checkCron'>

/** The objects of a plan that names each of them: more would take too much memory. */
export const MAXIMUM_OBJECTS = 100_000

/** The first of several with one key counts. */
export function objectsOf<Item extends Wanted>(wanted: readonly Item[]): WantedObjects<Item> {
  const found = new Map<Section, Map<string, Item>>()
  for (const object of wanted) {
    const some = found.get(object.section) ?? new Map<string, Item>()
    found.set(object.section, some)
    if (!some.has(object.key)) some.set(object.key, object)
  }
  return found
}

/** Says of each member that is named why nothing happens to it. */
export const notOf = (key: string, message: string): Finding => ({
  ...{ object: { section: 'members', key, wanted: {} }, path: [], message },
})

/** Of the members that are named one by one, those that are not found. */
export function notFound(
  named: readonly string[] | undefined,
  found: readonly { entityId: string }[],
): Finding[] {
  const known = new Set(found.map(({ entityId }) => entityId))
  return [...new Set(named)]
    .filter((entityId) => !known.has(entityId))
    .map((key) => notOf(key, 'It is not registered.'))
}
