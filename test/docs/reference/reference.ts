/** Prints docs/reference/ from schema.graphql, the folders of server/schema/, the OpenAPI document and the commands. */
import { readFile } from 'node:fs/promises'
import { buildSchema } from 'graphql'
import { root } from '../document.ts'
import { findAccess } from './access.ts'
import { commandPage, printCommandContents, printCommandPage } from './command-page.ts'
import { loadDefinitions } from './definition.ts'
import { blocks, notice } from './markdown.ts'
import { commonPage, nounPages, type Page } from './page.ts'
import { findPlaces, type Places } from './places.ts'
import { printRestContents, printRestPage, restPage } from './rest-page.ts'
import { printContents, printSchemaPage } from './schema-page.ts'

const lists = `## Lists

A list returns a page of at most 100 entries. \`first\` and \`after\` read from the start, \`last\` and \`before\` from the end;
\`after\` and \`before\` take a cursor of [\`PageInfo\`](#pageinfo).

\`\`\`graphql
{ totalCount pageInfo { endCursor hasNextPage } edges { cursor node { id } } }
\`\`\``

/** The places of everything in schema.graphql. */
export async function readPlaces(): Promise<Places> {
  const schema = buildSchema(await readFile(root('schema.graphql'), 'utf8'))
  return findPlaces(schema, await loadDefinitions())
}

/** The documents by their paths in the checkout. */
export async function referenceDocuments(): Promise<Map<string, string>> {
  const places = await readPlaces()
  const { schema } = await import('#server/schema/index.ts') // after its definitions were recorded
  const known = { places, access: findAccess(schema) }
  const pages = nounPages.map((page) => [page.name, printSchemaPage(page, known)] as const)
  const texts = [
    ['README', await printIndex(places)],
    ...pages,
    [commonPage.name, printSchemaPage(commonPage, known, lists)],
    [restPage.name, await printRestPage()],
    [commandPage.name, await printCommandPage()],
  ] as const
  return new Map(texts.map(([name, text]) => [`docs/reference/${name}.md`, text]))
}

async function printIndex(places: Places): Promise<string> {
  const entry = (page: Page, contents: string) =>
    blocks(`## [${page.title}](${page.name}.md)`, page.about, contents)
  const document = blocks(
    '# Reference',
    notice,
    'The GraphQL API by noun, the REST API, and the command line. [Using the API](../api.md) shows how to call it.',
    'A higher role may do what a lower one may: viewer, operator, admin. An operation needs the role in the anchor that it is about, unless it says otherwise. A key has the role of its user or a lesser one.',
    ...nounPages.map((page) => entry(page, printContents(page, places))),
    entry(commonPage, printContents(commonPage, places)),
    entry(restPage, await printRestContents()),
    entry(commandPage, await printCommandContents()),
  )
  return `${document}\n`
}
