/** Organizations that the anchor admits, by their names. */

import type { Database } from '#server/database/client.ts'
import type { KindRow, StoredObject } from '#server/plan/kind/row.ts'
import type { Fields } from '#server/plan/section.ts'
import {
  type Contact,
  contactField,
  type OrganizationInput,
  organizationFields,
} from '#server/services/organization/input.ts'
import { defaultsOf, parsePatch, pickFields } from '#server/services/patch.ts'

const table = { ...organizationFields, ...contactField }
const { name: _name, ...defaults } = defaultsOf(table)

export const organizations: KindRow = {
  noun: 'organization',
  keys: ['name'],
  mutations: {
    CREATE: ['createOrganization'],
    CHANGE: ['updateOrganization'],
    REMOVE: ['removeOrganization'],
  },
  defaults,
  async *read(db, which) {
    const where = 'keys' in which ? { name: { in: [...which.keys] } } : {}
    const rows = await db.organization.findMany({
      where,
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      include: { contacts: true },
    })
    yield rows.map((row): StoredObject => {
      const contacts = inOrder(row.contacts.map(({ role, email, name }) => ({ role, email, name })))
      const { id, name: key, version } = row
      return { id, key, version, fields: pickFields(table, { ...row, contacts }) }
    })
  },
  parse(fields) {
    const parsed = parsePatch(table, fields as never, undefined) // as the input of the mutation
    return parsed.contacts ? { ...parsed, contacts: inOrder(parsed.contacts) } : parsed
  },
  create: ({ services }, caller, fields) => services.organizations.create(caller, named(fields)),
  change: ({ services }, caller, { id, version }, fields) =>
    services.organizations.update(caller, { ...fields, id, version }),
  remove: ({ services }, caller, { id }) => services.organizations.remove(caller, id),
}

/** Their order means nothing. */
const inOrder = <Each extends Pick<Contact, 'email'> & { role: string }>(contacts: readonly Each[]) =>
  contacts.toSorted((a, b) => (`${a.role} ${a.email}` < `${b.role} ${b.email}` ? -1 : 1))

const named = (fields: Fields) => fields as OrganizationInput & { name: string } // its key

/** The key of the organization with this name in the database; null: there is none. */
export async function organizationWith(db: Database, name: unknown): Promise<number | null> {
  if (typeof name !== 'string') return null
  const row = await db.organization.findFirst({
    where: { name },
    orderBy: { id: 'asc' },
    select: { id: true },
  })
  return row?.id ?? null
}

/** Null: there is none. */
export async function organizationName(db: Database, id: unknown): Promise<string | null> {
  if (typeof id !== 'number') return null
  const row = await db.organization.findUnique({ where: { id }, select: { name: true } })
  return row?.name ?? null
}

/** The names of the organizations that the anchor admits, by their keys. */
export async function organizationNames(
  db: Database,
  ids: Iterable<number | null | undefined>,
): Promise<Map<number, string>> {
  const keys = [...new Set(ids)].filter((id) => id != null)
  const found = await db.organization.findMany({
    where: { id: { in: keys } },
    select: { id: true, name: true },
  })
  return new Map(found.map(({ id, name }) => [id, name]))
}
