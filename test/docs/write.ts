/** Writes the documents that are printed from the code: `npm run docs`. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { jsonSchemaOf } from '#server/as-code/json-schema.ts'
import { configurationDocument } from './configuration.ts'
import { root } from './document.ts'
import { noticesDocument } from './notices/notices.ts'
import { referenceDocuments } from './reference/reference.ts'

/** All of them, by their paths in the checkout. */
export async function printedDocuments(): Promise<Map<string, string>> {
  const reference = await referenceDocuments()
  // The reference records where the schema is defined, and so loads it first.
  const { schema } = await import('#server/schema/index.ts')
  return new Map([
    ['docs/configuration.md', configurationDocument()],
    ['docs/reference/configuration.schema.json', `${JSON.stringify(jsonSchemaOf(schema), null, 2)}\n`],
    ['THIRD-PARTY-NOTICES.md', await noticesDocument()],
    ...reference,
  ])
}

if (import.meta.main) {
  const documents = await printedDocuments()
  for (const [path, text] of documents) {
    await mkdir(dirname(root(path)), { recursive: true })
    await writeFile(root(path), text)
  }
  for (const name of await readdir(root('docs/reference')))
    if (!documents.has(`docs/reference/${name}`)) await rm(root(`docs/reference/${name}`))
}
