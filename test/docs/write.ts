/** Writes the documents that are printed from the code: `npm run docs`. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { configurationDocument } from './configuration.ts'
import { root } from './document.ts'
import { noticesDocument } from './notices/notices.ts'
import { referenceDocuments } from './reference/reference.ts'

/** All of them, by their paths in the checkout. */
export async function printedDocuments(): Promise<Map<string, string>> {
  return new Map([
    ['docs/configuration.md', configurationDocument()],
    ['THIRD-PARTY-NOTICES.md', await noticesDocument()],
    ...(await referenceDocuments()),
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
