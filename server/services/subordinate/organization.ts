/** The organization of an entity and its contacts, as its metadata names them (§5.2.2). */
import { isJsonObject } from '#core/json.ts'

/** An entity publishes them in any number and length. */
const MAXIMUM_LENGTH = 200
const MAXIMUM_CONTACTS = 20

export type Organization = { name: string | null; contacts: string[] }

/** The metadata of the Federation Entity goes before that of other types. */
export function organizationOf(metadata: unknown): Organization {
  const { federation_entity: own, ...others } = isJsonObject(metadata) ? metadata : {}
  const all = [own, ...Object.values(others)].filter(isJsonObject)
  const names = all.map(organizationName)
  const contacts = all.flatMap(({ contacts: list }) => (Array.isArray(list) ? list : []))
  return {
    name: names.find((name) => name !== null) ?? null,
    contacts: [...new Set(contacts.flatMap((contact) => shortText(contact) ?? []))].slice(
      0,
      MAXIMUM_CONTACTS,
    ),
  }
}

/** Without a language; otherwise in the first language that it has. */
function organizationName(parameters: Readonly<Record<string, unknown>>): string | null {
  const tagged = Object.keys(parameters).filter((name) => name.startsWith('organization_name#'))
  for (const name of ['organization_name', ...tagged]) {
    const value = shortText(parameters[name])
    if (value !== null) return value
  }
  return null
}

function shortText(value: unknown): string | null {
  return typeof value === 'string' ? value.trim().slice(0, MAXIMUM_LENGTH) || null : null
}
