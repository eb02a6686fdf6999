/** Prints the table of the command line into server/cli/api/table.json. */
import { readFile, writeFile } from 'node:fs/promises'
import { buildTable } from '#server/cli/table/build.ts'
import { schema } from '#server/schema/index.ts'

const file = new URL('../api/table.json', import.meta.url)

/** The text of table.json, with a line for each entry. */
export function printedTable(): string {
  const { rows, ...records } = buildTable(schema)
  const list = rows.map((row) => JSON.stringify(row)).join(',\n')
  const others = Object.entries(records).map(([name, record]) => {
    const lines = Object.entries(record).map(([key, value]) => `"${key}":${JSON.stringify(value)}`)
    return `"${name}":{\n${lines.join(',\n')}\n}`
  })
  return `{"rows":[\n${list}\n],\n${others.join(',\n')}}\n`
}

if (import.meta.main) {
  const text = printedTable()
  if ((await readFile(file, 'utf8').catch(() => '')) !== text) await writeFile(file, text)
}
