/** Names organizations so that a file can tell them apart: it names each by its name alone. */
import { createHash } from 'node:crypto'
import type { Mapping } from '#server/convert/saml/mapping/mapping.ts'
import type { SamlEntity } from '#server/convert/saml/metadata/entity.ts'
import { compareText, preferred, shorten } from '#server/convert/saml/text.ts'

/** The limit of the API. */
const MAXIMUM_NAME = 200

/** The entities of one organization: those with this registrar and this OrganizationName. */
export type Group = { registrar: string | null; name: string; entities: SamlEntity[] }

/** What follows the names of those that have one name, until they differ. They depend on nothing but the organization itself. */
const endings: readonly ((group: Group) => string)[] = [
  () => '',
  ({ registrar }) => ` (${URL.parse(registrar ?? '')?.hostname ?? 'no registrar'})`,
  ({ registrar, name }) =>
    ` (${createHash('sha256').update(`${registrar}\n${name}`).digest('hex').slice(0, 12)})`,
]

export function distinctNames(groups: readonly Group[], { languages }: Mapping): Map<Group, string> {
  const shown = new Map(groups.map((group) => [group, displayName(group, languages)]))
  const names = new Map<Group, string>()
  const taken = new Set<string>()
  let open: readonly Group[] = groups
  for (const ending of endings) {
    const byName = Map.groupBy(open, (group) => {
      const end = ending(group)
      return shorten(shown.get(group) ?? group.name, MAXIMUM_NAME - end.length) + end
    })
    const unique = [...byName].filter(([name, same]) => same.length === 1 && !taken.has(name))
    for (const [name, same] of unique)
      for (const group of same) {
        names.set(group, name)
        taken.add(name)
      }
    open = open.filter((group) => !names.has(group))
  }
  return names
}

/** The most frequent one of its entities. */
function displayName({ name, entities }: Group, languages: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const { organization } of entities) {
    const text = preferred(organization?.displayNames ?? [], languages)
    if (text) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b))
  return first?.[0] ?? name
}
