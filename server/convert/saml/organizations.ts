/** Makes one organization of all entities that state the same one: by their registrar and the name of the organization. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Mapping } from '#server/convert/saml/mapping.ts'
import type { SamlEntity } from '#server/convert/saml/metadata/entity.ts'
import { compareText, preferred, shorten } from '#server/convert/saml/text.ts'
import type { Contact } from '#server/services/organization/input.ts'

/** The limits of the API. */
const MAXIMUM_IDENTIFIER = 100
const MAXIMUM_NAME = 200
const MAXIMUM_CONTACTS = 30

/** By the fields of a configuration file. */
export type Organization = {
  name: string
  identifier?: string
  identifierScheme?: string
  country?: string
  contacts?: Contact[]
  tags?: string[]
  note?: string
}

type Organizations = {
  /** By name. */
  list: Organization[]
  /** Null: the entity states no organization. */
  nameOf(entity: SamlEntity): string | null
  warnings: string[]
}

export function makeOrganizations(entities: readonly SamlEntity[], mapping: Mapping): Organizations {
  const groups = groupsOf(entities, mapping)
  const names = distinctNames(groups, mapping)
  const byEntity = new Map<SamlEntity, string>()
  const warnings: string[] = []
  const list = groups.map((group): Organization => {
    const name = names.get(group) ?? group.name
    for (const entity of group.entities) byEntity.set(entity, name)
    const contacts = contactsOf(group, mapping)
    if (contacts.length > MAXIMUM_CONTACTS)
      warnings.push(
        `${name} has ${contacts.length} contacts. The first ${MAXIMUM_CONTACTS} are written, as many as an organization can have.`,
      )
    return makeOrganization(group, name, contacts.slice(0, MAXIMUM_CONTACTS), mapping)
  })
  return {
    list: list.sort((a, b) => compareText(a.name, b.name)),
    nameOf: (entity) => byEntity.get(entity) ?? null,
    warnings: warnings.sort(compareText),
  }
}

function groupsOf(entities: readonly SamlEntity[], { languages }: Mapping): Group[] {
  const groups = new Map<string, Group>()
  for (const entity of entities) {
    const { organization, registrar } = entity
    if (!organization) continue
    const name = preferred(organization.names, languages) ?? preferred(organization.displayNames, languages)
    if (name === null) continue
    const key = `${registrar ?? ''}\n${name}`
    const group = groups.get(key) ?? { registrar, name, entities: [] }
    group.entities.push(entity)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function makeOrganization(group: Group, name: string, contacts: Contact[], mapping: Mapping): Organization {
  const country = countryOf(group.registrar, mapping.countries)
  const tags = tagsOf(group, mapping)
  const url = urlOf(group, mapping)
  return {
    name,
    ...identifierOf(group),
    ...(country ? { country } : {}),
    ...(contacts.length > 0 ? { contacts } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(url ? { note: url } : {}),
  }
}

/** A name is unique at its registrar, whose URL is the scheme. */
function identifierOf({ registrar, name }: Group): Pick<Organization, 'identifier' | 'identifierScheme'> {
  const fits = registrar !== null && [registrar, name].every(({ length }) => length <= MAXIMUM_IDENTIFIER)
  return fits ? { identifier: name, identifierScheme: registrar } : {}
}

/** By role and address, each once. Without what is not an address. */
function contactsOf({ entities }: Group, { contacts: roleOf }: Mapping): Contact[] {
  const found = new Map<string, Contact>()
  for (const { type, email, name } of entities.flatMap(({ contacts }) => contacts)) {
    const role = Object.hasOwn(roleOf, type) ? roleOf[type] : undefined
    if (!role || !z.email().safeParse(email).success) continue
    const shown = name && shorten(name, MAXIMUM_NAME)
    const key = `${role} ${email}`
    const known = found.get(key)?.name ?? null
    // The order of the entities does not matter.
    if (!found.has(key) || (shown && (known === null || shown < known)))
      found.set(key, { role, email, name: shown })
  }
  return [...found].sort(([a], [b]) => compareText(a, b)).map(([, contact]) => contact)
}

function tagsOf({ entities }: Group, { tags }: Mapping): string[] {
  const found = entities.flatMap(({ roles }) => roles.flatMap((role) => tags[role] ?? []))
  return [...new Set(found)].sort(compareText)
}

function urlOf({ entities }: Group, { languages }: Mapping): string | null {
  const urls = entities.flatMap(({ organization }) => preferred(organization?.urls ?? [], languages) ?? [])
  const [first] = urls.sort(compareText)
  return first === undefined ? null : shorten(first, 1_000)
}

/** The limit of the API. */

/** The entities of one organization: those with this registrar and this OrganizationName. */
type Group = { registrar: string | null; name: string; entities: SamlEntity[] }

/** What follows the names of those that have one name, until they differ. They depend on nothing but the organization itself. */
const endings: readonly ((group: Group) => string)[] = [
  () => '',
  ({ registrar }) => ` (${URL.parse(registrar ?? '')?.hostname ?? 'no registrar'})`,
  ({ registrar, name }) =>
    ` (${createHash('sha256').update(`${registrar}\n${name}`).digest('hex').slice(0, 12)})`,
]

function distinctNames(groups: readonly Group[], { languages }: Mapping): Map<Group, string> {
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

/** Country codes in host names that registrars of any country use. */
const usedAnywhere = ['AI', 'CC', 'CO', 'EU', 'FM', 'IO', 'ME', 'TV', 'WS']
const aliases: Readonly<Record<string, string>> = { UK: 'GB' }

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** Null: unknown. */
function countryOf(
  registrar: string | null,
  countries: Readonly<Record<string, string | null>>,
): string | null {
  if (registrar === null) return null
  if (Object.hasOwn(countries, registrar)) return countries[registrar] ?? null
  const host = URL.parse(registrar)?.hostname ?? ''
  const [, last = ''] = /\.([a-z]{2})$/.exec(host) ?? []
  const code = aliases[last.toUpperCase()] ?? last.toUpperCase()
  const isCountry = code !== '' && !usedAnywhere.includes(code) && regions.of(code) !== undefined
  return isCountry && new Intl.Locale(`und-${code}`).region === code ? code : null
}
