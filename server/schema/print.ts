/** Prints the schema into schema.graphql, the contract with the console and with scripts. */
import { writeFile } from 'node:fs/promises'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from '#server/schema/index.ts'

/** The committed text of the schema. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}

if (import.meta.main) await writeFile(new URL('../../schema.graphql', import.meta.url), printedSchema())
