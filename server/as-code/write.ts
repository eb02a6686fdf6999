/** Writes objects as a configuration file says them: the whole state, a part at a time, or a change that was made outside of the files. */
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql'
import { isJsonEqual, isJsonObject } from '#core/json.ts'
import { fileTypesOf } from '#server/as-code/file-type.ts'
import { formatHead, formatItems, formatSection, formatSectionHead } from '#server/as-code/format.ts'
import type { Database } from '#server/database/client.ts'
import type { DescribedChange } from '#server/error/operation-error.ts'
import { organizationName } from '#server/plan/kind/organizations.ts'
import type { StoredObject } from '#server/plan/kind/row.ts'
import { jwtsOf } from '#server/plan/kind/settings.ts'
import { keysOf, kinds } from '#server/plan/kinds.ts'
import { type Fields, type Section, sections, sectionsOf } from '#server/plan/section.ts'
import type { ServiceContext } from '#server/services/context.ts'

/** Where the next part begins: after this object of a section. */
export type Position = { section: Section; after: string }
export type Part = { content: string; next: Position | null }

type ExportContext = Pick<ServiceContext, 'db' | 'slug' | 'now'> & {
  schema: GraphQLSchema
  isOfInstallation: boolean
}

/** The part after a position, or the first one: at most a page of a section that has many objects. */
export async function exportPart(
  { db, slug, now, schema, isOfInstallation }: ExportContext,
  from: Position | null,
): Promise<Part> {
  const type = fileTypesOf(schema)[isOfInstallation ? 'installation' : 'anchor']
  const sections = sectionsOf(isOfInstallation)
  let content = from ? '' : formatHead({ ...(isOfInstallation ? {} : { anchor: slug }), complete: true })
  const first = from ? sections.indexOf(from.section) : 0
  for (const section of sections.slice(first)) {
    const { isPaged, read } = kinds[section]
    const after = section === from?.section ? from.after : ''
    for await (const page of read(db, { after }, now())) {
      content += formatPage(section, page, { type, isFirst: after === '' })
      const last = page.at(-1)
      if (isPaged && last) return { content, next: { section, after: last.key } }
    }
  }
  return { content, next: null }
}

type Format = { type: GraphQLInputObjectType; isFirst: boolean }

function formatPage(section: Section, page: readonly StoredObject[], { type, isFirst }: Format): string {
  const { bare, keys } = kinds[section]
  const field = type.getFields()[section]
  if (!field || page.length === 0) return ''
  const described = page.map(({ fields }) => describe(section, fields, field.type))
  if (keys.length > 0) return (isFirst ? formatSectionHead(section) : '') + formatItems(described)
  const [content = {}] = described
  const value = bare === undefined ? content : content[bare]
  return isJsonObject(value) ? formatSection(section, value) : ''
}

/** Without the fields that have their defaults: its keys, then the others in the order of the API. */
function describe(section: Section, fields: Fields, type: GraphQLInputType): Fields {
  const { bare, defaults, keys } = kinds[section]
  const isNamed = (name: string) =>
    name in fields && !(name in defaults && isJsonEqual(fields[name] ?? null, defaults[name] ?? null))
  if (bare !== undefined) return { [bare]: fields[bare] }
  return inFile(type, keys, Object.fromEntries(Object.entries(fields).filter(([name]) => isNamed(name))))
}

type FragmentContext = { db: Database; schema: GraphQLSchema }

/** YAML of the object with the fields that change; null: it would be removed. */
export async function fragmentOf(
  { db, schema }: FragmentContext,
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

/** `type`: of the section, or of one object. Fields that the API does not have are left out. */
function inFile(type: GraphQLInputType, keys: readonly string[], fields: Fields): Fields {
  const item = itemOf(type)
  const all = isInputObjectType(item) ? Object.values(item.getFields()) : []
  const names = all.toSorted((a, b) => placeOf(a.name, keys) - placeOf(b.name, keys))
  return Object.fromEntries(
    names.flatMap((field) =>
      field.name in fields ? [[field.name, toFile(field.type, fields[field.name])]] : [],
    ),
  )
}

/** What names an object comes first. */
const placeOf = (name: string, keys: readonly string[]) =>
  keys.includes(name) ? keys.indexOf(name) : keys.length

const itemOf = (type: GraphQLInputType): GraphQLInputType => {
  const plain = getNullableType(type)
  return isListType(plain) ? itemOf(plain.ofType) : plain
}

/** Enums have names of their own in a file. An absent member of an object has its default. */
function toFile(type: GraphQLInputType, value: unknown): unknown {
  const plain = getNullableType(type)
  if (value === null || value === undefined) return null
  if (isListType(plain)) return Array.isArray(value) ? value.map((item) => toFile(plain.ofType, item)) : value
  if (isEnumType(plain)) return plain.coerceOutputValue(value)
  if (!isInputObjectType(plain) || !isJsonObject(value)) return value
  const members = Object.entries(plain.getFields()).flatMap(([name, field]) =>
    value[name] === undefined || value[name] === null ? [] : [[name, toFile(field.type, value[name])]],
  )
  return Object.fromEntries(members)
}
