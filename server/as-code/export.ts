/** Writes the state of an anchor, or of the installation, as a configuration file, a part at a time: the parts together are the file. */
import type { GraphQLInputObjectType, GraphQLInputType, GraphQLSchema } from 'graphql'
import { isJsonEqual, isJsonObject } from '#core/json.ts'
import { type Fields, type Section, sectionsOf } from '#server/as-code/document.ts'
import { fileTypesOf } from '#server/as-code/file-type.ts'
import { formatHead, formatItems, formatSection, formatSectionHead } from '#server/as-code/format.ts'
import { inFile } from '#server/as-code/in-file.ts'
import type { StoredObject } from '#server/as-code/kind/row.ts'
import { kinds } from '#server/as-code/kinds.ts'
import type { ServiceContext } from '#server/services/context.ts'

/** Where the next part begins: after this object of a section. */
export type Position = { section: Section; after: string }
export type Part = { content: string; next: Position | null }

type Context = Pick<ServiceContext, 'db' | 'slug' | 'now'> & {
  schema: GraphQLSchema
  isOfInstallation: boolean
}

/** The part after a position, or the first one: at most a page of a section that has many objects. */
export async function exportPart(
  { db, slug, now, schema, isOfInstallation }: Context,
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
