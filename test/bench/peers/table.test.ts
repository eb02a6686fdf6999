/** Tests the ratios of the table, and the report without other servers. */
import { expect, it } from 'vitest'
import type { Cell, Comparison } from './compare.ts'
import { formatComparison } from './table.ts'

const cell = (perSecond: number): Cell => ({ perSecond, processor: Number.NaN, bytes: 1 })
const ours = [{ title: 'bare' }, { title: 'one' }, { title: 'two' }]
const format = (columns: Comparison['columns'], cells: Cell[]) =>
  formatComparison({
    generator: 'wrk',
    members: 1,
    rounds: 1,
    seconds: 1,
    columns,
    rows: [{ name: '/fetch', cells }],
    failures: [],
  })

it('divides ours by the other server', () => {
  const columns = [...ours, { title: 'other, 1 process', peer: 'other' }]
  expect(format(columns, [cell(9), cell(30_000), cell(45_000), cell(60_000)])).toContain(
    '| /fetch | 9 | 30\u202f000 | 45\u202f000 | 60\u202f000 | 0.50 | 0.75 |',
  )
  expect(format(columns, [cell(9), cell(50), cell(5_000), cell(5)])).toContain('| 5 | 10 | 1\u202f000 |')
})

it('shows no ratio where one was not measured', () => {
  const columns = [...ours, { title: 'other, 1 process', peer: 'other' }]
  expect(format(columns, [cell(9), 'failed', cell(5), cell(5)])).toContain('| failed | 5 | 5 | - | 1.00 |')
  expect(format(columns, [cell(9), cell(5), cell(5), '-'])).toContain('| 5 | 5 | - | - | - |')
})

it('shows no processor time where the system does not report it', () => {
  expect(format(ours, [cell(9), cell(8), cell(7)])).toContain('| /fetch | - | - | - |')
})

it('says that no other server was measured', () => {
  expect(format(ours, [cell(9), cell(8), cell(7)])).toContain('No other server was measured.')
})
