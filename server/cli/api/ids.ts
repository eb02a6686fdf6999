/** Finds the global id of what people name: by its key, such as an Entity Identifier, by its number, or by the id itself. */
import { type Api, dataOf } from './api.ts'
import { Failure } from './failure.ts'
import { type ObjectType, table } from './table.ts'

type Found = Record<string, string>

const encode = (text: string) => Buffer.from(text).toString('base64')
const decode = (id: string) => Buffer.from(id, 'base64').toString()

/** The number in a global id, for people; another id stays as it is. */
export const numberOf = (id: string): string => /^[\w/-]+:(\d+)$/.exec(decode(id))?.[1] ?? id

/** @throws Failure if nothing has this name */
export async function idOf(api: Api, type: string, name: string): Promise<string> {
  const { find, numbered } = table.types[type] ?? ({} as Partial<ObjectType>)
  if (new RegExp(`^([a-z0-9-]+/)?${type}:.`).test(decode(name))) return name
  if (numbered && /^\d{1,10}$/.test(name)) {
    const prefix = numbered === 'anchor' ? await prefixOf(api) : ''
    return encode(`${prefix}${type}:${name}`)
  }
  if (!find) return name
  const found = await search(api, find, name)
  if (found) return found.id ?? name
  throw new Failure(`There is no ${type} with the ${find.key} ${JSON.stringify(name)}. (NOT_FOUND)`)
}

async function search(
  api: Api,
  { key, query, by }: NonNullable<ObjectType['find']>,
  name: string,
): Promise<Found | undefined> {
  const text = JSON.stringify(name)
  const forms = {
    argument: `${query}(${key}: ${text}) { id ${key} }`,
    search: `${query}(first: 100, filter: { search: ${text} }) { nodes { id ${key} } }`,
    list: `${query} { id ${key} }`,
  }
  const answer = dataOf(await api.send(`{ ${forms[by]} }`, {}))[query] as
    | Found
    | Found[]
    | { nodes: Found[] }
    | null // by the form
  if (answer === null) return undefined
  if ('nodes' in answer && Array.isArray(answer.nodes)) return theOne(answer.nodes, key, name)
  return Array.isArray(answer) ? theOne(answer, key, name) : (answer as Found)
}

/** @throws Failure if several have the name */
function theOne(found: readonly Found[], key: string, name: string): Found | undefined {
  const same = found.filter((each) => each[key] === name)
  if (same.length > 1) throw new Failure(`Several have the ${key} ${JSON.stringify(name)}. Give an id.`)
  return same[0]
}

/** What ids of the anchor of the command begin with. */
async function prefixOf(api: Api): Promise<string> {
  const { trustAnchor } = dataOf(await api.send('{ trustAnchor { slug isFirst } }', {}))
  const { slug, isFirst } = trustAnchor as { slug: string; isFirst: boolean } // as asked for
  return isFirst ? '' : `${slug}/`
}
