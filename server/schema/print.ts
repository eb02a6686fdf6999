/** Prints the schema into schema.graphql, the contract with the console and with scripts. */
import { readFile, writeFile } from 'node:fs/promises'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from '#server/schema/index.ts'

const file = new URL('../../schema.graphql', import.meta.url)

/** The committed text of the schema. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}

if (import.meta.main) {
  const text = printedSchema()
  // Programs that watch the file see only real changes.
  if ((await readFile(file, 'utf8')) !== text) await writeFile(file, text)
}
