/** Prints the schema into schema.graphql, the contract with the console and scripts. */
import { readFile, writeFile } from 'node:fs/promises'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from '#server/schema/index.ts'

const file = new URL('../../schema.graphql', import.meta.url)

/** The text of schema.graphql. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}

if (import.meta.main) {
  const text = printedSchema()
  // Unchanged text is not written, for programs that watch the file.
  if ((await readFile(file, 'utf8')) !== text) await writeFile(file, text)
}
