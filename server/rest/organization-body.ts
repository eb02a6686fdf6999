/** Converts organizations to and from their REST form, and reads them with what the form shows of other tables. */
import { z } from 'zod'
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import { type Range, slice } from '#server/rest/page.ts'
import { contactRoles, type OrganizationInput } from '#server/services/organization/input.ts'
import { orderedContacts } from '#server/services/organization/organization.ts'

const name = z.string().describe('Its name.')
const identifier = z
  .string()
  .describe('Its number in a register; unique in the installation, with its scheme.')
const identifierScheme = z.string().describe('The register that assigned the identifier.')
const country = z.string().describe('Its country, as the two letters of ISO 3166-1.')
const active = z.boolean().describe('Whether it takes part in the federation.')
const note = z.string().describe('The note of the operators.')
const tags = z.array(z.string()).describe('The tags of the operators.')
const role = z.enum(contactRoles).describe('What it is for.')
const email = z.string().describe('Its e-mail address.')
const contactName = z.string().describe('Its name.')

export const Output = z.object({
  id: z.int(),
  name,
  identifier: identifier.nullable(),
  identifier_scheme: identifierScheme.nullable(),
  country: country.nullable(),
  active,
  contacts: z.array(z.object({ role: z.string(), email, name: contactName.nullable() })),
  member_count: z.int().describe('How many subordinates it has in this anchor.'),
  anchors: z
    .array(z.string())
    .describe('The anchors that admit it, by slug, of those in which the key has a role.'),
  home: z
    .string()
    .nullable()
    .describe(
      'The anchor that it came from, by slug, whose operators change it and its people; null: one in which the key has no role.',
    ),
  note: note.nullable(),
  tags,
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  version: z.int().describe('The number of changes. Send it with a change to detect a concurrent one.'),
})

const Fields = z.object({
  identifier: identifier.nullish(),
  identifier_scheme: identifierScheme.nullish(),
  country: country.nullish(),
  active: active.nullish(),
  contacts: z
    .array(z.object({ role, email, name: contactName.nullish() }))
    .nullish()
    .describe('All of its contacts.'),
  note: note.nullish(),
  tags: tags.nullish(),
})

export const Creation = Fields.extend({ name })

export const Change = Fields.extend({
  name: name.nullish(),
  version: z.int32().nullish().describe('The version that was read; 409 after another change.'),
})

export function toFields({
  identifier_scheme: identifierScheme,
  ...body
}: z.output<typeof Fields>): OrganizationInput {
  return { ...body, identifierScheme }
}

const relations = {
  contacts: orderedContacts,
  anchors: { select: { anchorSlug: true } },
  _count: { select: { subordinates: true } },
} as const satisfies Prisma.OrganizationInclude

export type Row = Prisma.OrganizationGetPayload<{ include: typeof relations }>

/** By name. */
export function listOrganizations(
  db: Database,
  where: Prisma.OrganizationWhereInput,
  range: Range,
): Promise<Row[]> {
  const orderBy = [{ name: 'asc' as const }, { id: 'asc' as const }]
  return db.organization.findMany({ where, include: relations, orderBy, ...slice(range) })
}

/** @throws NotFoundError when the anchor of the client does not have it */
export async function readOrganization(db: Database, id: number): Promise<Row> {
  const row = await db.organization.findUnique({ where: { id }, include: relations })
  if (!row) throw new NotFoundError('There is no such organization.', 'id')
  return row
}

/** `slugs`: the anchors in which the caller has a role. */
export function toBody(row: Row, slugs: readonly string[]): z.input<typeof Output> {
  const admitting = new Set(row.anchors.map(({ anchorSlug }) => anchorSlug))
  return {
    id: row.id,
    name: row.name,
    identifier: row.identifier,
    identifier_scheme: row.identifierScheme,
    country: row.country,
    active: row.active,
    contacts: row.contacts.map(({ role, email, name }) => ({ role, email, name })),
    member_count: row._count.subordinates,
    anchors: slugs.filter((slug) => admitting.has(slug)),
    home: slugs.find((slug) => slug === row.homeSlug) ?? null,
    note: row.note,
    tags: row.tags,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    version: row.version,
  }
}
