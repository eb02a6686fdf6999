/** Parses the mapping table: which parts of SAML metadata become what. */
import { isDeepStrictEqual } from 'node:util'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { findUrlError } from '#core/entity-id.ts'
import type { Path } from '#core/path.ts'
import { SourceError } from '#server/convert/failures.ts'
import { attributeNames, roles } from '#server/convert/saml/metadata/entity.ts'
import { contactRoles } from '#server/services/organization/input.ts'

const url = z.string().superRefine((value, context) => {
  const finding = findUrlError(value, { allowHttp: true })
  if (finding) context.addIssue({ code: 'custom', message: `This is not an http or https URL: ${finding}.` })
})
const hours = z.int().positive()

/** A proposed type, by the fields of a configuration file. */
const proposedType = z.strictObject({
  type: url,
  description: z.string().optional(),
  validFor: hours.optional(),
  renewalTime: hours.optional(),
  autorenew: z.boolean().optional(),
  owner: z.record(z.string(), z.unknown()).optional(),
  ref: url.optional(),
  logoUri: url.optional(),
  active: z.boolean().optional(),
  statusList: z.boolean().optional(),
})
export type ProposedType = z.infer<typeof proposedType>

const typesByValue = z.record(z.string(), proposedType.nullable()).default({})
const tag = z.string().min(1).max(40).nullable()

const table = z.strictObject({
  languages: z.array(z.string().toLowerCase()).default(['en']),
  roles: z.array(z.enum(roles)).default([]),
  registrars: z.array(z.string()).default([]),
  'entity-category': typesByValue,
  'entity-category-support': typesByValue,
  'assurance-certification': typesByValue,
  contacts: z.record(z.string(), z.enum(contactRoles)).default({}),
  tags: z.partialRecord(z.enum(roles), tag).default({}),
  countries: z
    .record(
      z.string(),
      z
        .string()
        .regex(/^[A-Z]{2}$/)
        .nullable(),
    )
    .default({}),
  entityIds: z.record(z.string(), z.string().nullable()).default({}),
})
export type Mapping = z.infer<typeof table>

/** A type is described once, for all values that become it. */
const mapping = table.superRefine((given, context) => {
  const types = new Map<string, ProposedType>()
  for (const attribute of attributeNames)
    for (const [value, row] of Object.entries(given[attribute])) {
      const known = row && types.get(row.type)
      if (known && !isDeepStrictEqual(known, row))
        context.addIssue({
          code: 'custom',
          path: [attribute, value],
          message: `The type ${row.type} has other fields above. Write the same fields in both places.`,
        })
      if (row) types.set(row.type, row)
    }
})

/** `source` is the name of the file. A part that is absent is empty. @throws SourceError */
export function parseMapping(source: string, text: string): Mapping {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'error' })
  const refuse = (offset: number, sentence: string): never => {
    const { line, col } = lines.linePos(offset)
    throw new SourceError(source, { line: line || 1, column: col || 1 }, sentence)
  }
  const [fault] = [...document.errors, ...document.warnings]
  if (fault) return refuse(fault.pos[0], `This is not YAML: ${fault.message.split(' at line ')[0]}.`)
  const { data, error } = mapping.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {})
  if (data) return data
  const [issue] = error.issues
  const path = [...(issue?.path ?? [])].filter((step) => typeof step !== 'symbol')
  return refuse(offsetOf(document, path), `${path.join('.')}: ${issue?.message ?? 'It is not valid'}`)
}

/** Where a value is written, or the nearest one around it. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    const range = node && typeof node === 'object' && 'range' in node ? node.range : undefined
    if (Array.isArray(range)) return Number(range[0])
  }
  return 0
}

/** The mapping table that `inmor convert saml --print-mapping` prints, to be edited. */
export const defaultMapping = `# The mapping table of "inmor convert saml". Edit a copy, and give it with --mapping.

# The languages of names, the preferred one first. Without a name in these, the first name in the metadata counts.
languages: [en]

# The entities that are read: identity providers (idp), services (sp) or attribute authorities (aa), and their registrars
# (registrationAuthority), such as [https://www.swamid.se/]. An empty list: all.
roles: []
registrars: []

# The Trust Mark types that are proposed for the values of entity attributes. Each is written if an entity has the value.
# Fields are those of a type in a configuration file. A type that is not active is not published: set active to true, here,
# for those that your federation issues. null: the value is known, and no type is proposed.
entity-category:
  http://refeds.org/category/research-and-scholarship:
    type: http://refeds.org/category/research-and-scholarship
    description: REFEDS Research and Scholarship
    ref: https://refeds.org/category/research-and-scholarship
    active: false
  http://www.geant.net/uri/dataprotection-code-of-conduct/v1:
    type: http://www.geant.net/uri/dataprotection-code-of-conduct/v1
    description: GÉANT Data Protection Code of Conduct, version 1
    active: false
  https://refeds.org/category/code-of-conduct/v2:
    type: https://refeds.org/category/code-of-conduct/v2
    description: REFEDS Data Protection Code of Conduct, version 2
    ref: https://refeds.org/category/code-of-conduct/v2
    active: false
  https://refeds.org/category/anonymous:
    type: https://refeds.org/category/anonymous
    description: REFEDS Anonymous Access
    ref: https://refeds.org/category/anonymous
    active: false
  https://refeds.org/category/pseudonymous:
    type: https://refeds.org/category/pseudonymous
    description: REFEDS Pseudonymous Access
    ref: https://refeds.org/category/pseudonymous
    active: false
  https://refeds.org/category/personalized:
    type: https://refeds.org/category/personalized
    description: REFEDS Personalized Access
    ref: https://refeds.org/category/personalized
    active: false
  http://refeds.org/category/hide-from-discovery: null
entity-category-support: {}
assurance-certification:
  https://refeds.org/sirtfi:
    type: https://refeds.org/sirtfi
    description: REFEDS Sirtfi, version 1
    ref: https://refeds.org/sirtfi
    active: false
  https://refeds.org/sirtfi2:
    type: https://refeds.org/sirtfi2
    description: REFEDS Sirtfi, version 2
    ref: https://refeds.org/sirtfi
    active: false

# The role of a contact by its type in the metadata: TECHNICAL, SECURITY or ADMINISTRATIVE. Types that are not here are left
# out. "security" is the security contact of REFEDS.
contacts:
  technical: TECHNICAL
  administrative: ADMINISTRATIVE
  security: SECURITY

# The tags of organizations, by the roles of their entities. null: no tag.
tags:
  idp: saml-idp
  sp: saml-sp
  aa: saml-aa

# The country of organizations by their registrar. Others have the country in the name of the registrar’s host, such as SE for
# www.swamid.se; null: no country.
countries:
  https://incommon.org: US
  https://colfire.co: CO

# The Entity Identifier of an entity by its entityID, where the two differ. null: the entity is left out.
entityIds: {}
`
