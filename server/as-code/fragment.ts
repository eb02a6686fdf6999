/** Writes a change that was made outside of the files as a file would say it. */
import type { GraphQLSchema } from 'graphql'
import { isJsonObject } from '#core/json.ts'
import { type Fields, type Section, sections, sectionsOf } from '#server/as-code/document.ts'
import { fileTypesOf } from '#server/as-code/file-type.ts'
import { formatItems, formatSection, formatSectionHead } from '#server/as-code/format.ts'
import { inFile } from '#server/as-code/in-file.ts'
import { organizationName } from '#server/as-code/kind/organizations.ts'
import { jwtsOf } from '#server/as-code/kind/settings.ts'
import { keysOf, kinds } from '#server/as-code/kinds.ts'
import type { Database } from '#server/database/client.ts'
import type { DescribedChange } from '#server/error/operation-error.ts'

type Context = { db: Database; schema: GraphQLSchema }

/** YAML of the object with the fields that change; null: it would be removed. */
export async function fragmentOf(
  { db, schema }: Context,
  { section: name, key, isRemoved, changed }: DescribedChange,
): Promise<string | null> {
  const section = sections.find((each) => each === name)
  const field = section && typeOf(schema, section).getFields()[section]
  if (isRemoved || !section || !field) return null
  const { bare, keys } = kinds[section]
  const fields = await asFields(db, changed)
  if (bare !== undefined) {
    const value = fields[bare]
    return isJsonObject(value) ? formatSection(section, value).trimStart() : null
  }
  const shown = inFile(field.type, keys, { ...keysOf(section, key), ...fields })
  if (keys.length === 0) return formatSection(section, shown).trimStart()
  return `${formatSectionHead(section).trimStart()}${formatItems([shown])}`
}

const typeOf = (schema: GraphQLSchema, section: Section) =>
  fileTypesOf(schema)[sectionsOf(true).includes(section) ? 'installation' : 'anchor']

/** From the columns. A file names an organization, and has the own marks of the anchor as JWTs alone. */
async function asFields(db: Database, { organization, trustMarks, ...fields }: Fields): Promise<Fields> {
  return {
    ...fields,
    ...(organization === undefined ? {} : { organization: await organizationName(db, organization) }),
    ...(Array.isArray(trustMarks) ? { trustMarks: jwtsOf(trustMarks) } : {}),
  }
}
