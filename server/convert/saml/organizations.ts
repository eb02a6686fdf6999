/** Makes one organization of all entities that state the same one: by their registrar and the name of the organization. */
import { z } from 'zod'
import { countryOf } from '#server/convert/saml/country.ts'
import type { Mapping } from '#server/convert/saml/mapping/mapping.ts'
import type { SamlEntity } from '#server/convert/saml/metadata/entity.ts'
import { distinctNames, type Group } from '#server/convert/saml/organization-names.ts'
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

export type Organizations = {
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
