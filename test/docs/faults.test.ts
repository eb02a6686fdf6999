/** Tests that docs/architecture.md lists exactly the tested faults. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { faults } from '#test/faults.ts'

test('the table of docs/architecture.md lists exactly the tested faults', async () => {
  const text = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8')
  const [, table = ''] = /^\| Fault \|.*\n\|[ -|]+\|\n((?:\|.*\n)+)/m.exec(text) ?? []
  const rows = table
    .trimEnd()
    .split('\n')
    .map((row) => row.split('|')[1]?.trim())
  expect(rows).toEqual(Object.values(faults))
})
