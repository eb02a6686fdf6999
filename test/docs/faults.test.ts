/** Every fault that docs/architecture.md speaks of has tests, and they are there. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { faults } from '#test/faults.ts'
import { missingTests } from '#test/requirements/check.ts'

test('the table of docs/architecture.md has the faults that are tested, and no others', async () => {
  const text = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8')
  const [, table = ''] = /^\| Fault \|.*\n\|[ -|]+\|\n((?:\|.*\n)+)/m.exec(text) ?? []
  const rows = table
    .trimEnd()
    .split('\n')
    .map((row) => row.split('|')[1]?.trim())
  expect(rows).toEqual(Object.keys(faults))
})

test.each(Object.entries(faults))('has tests that exist: %s', (_fault, tests) => {
  expect(tests).not.toEqual([])
  expect(tests.flatMap(missingTests)).toEqual([])
})
