/** Formats a comparison with other servers as Markdown. */
import { number, table } from '../markdown.ts'
import type { Cell, Comparison, Measured } from './compare.ts'

export function formatComparison(comparison: Comparison): string {
  const { columns, rows, failures, generator, members, rounds, seconds } = comparison
  const titles = columns.map(({ title }) => title)
  const show = (value: (measured: Measured) => number) =>
    table(
      ['', ...titles],
      rows.map(({ name, cells }) => [name, ...cells.map((cell) => format(cell, value))]),
    )
  return [
    `Measured with ${generator} and ${number(members)} members, in rounds of ${seconds} s. The servers
take turns; each figure is its best of ${rounds}. The bare server has one process and sends the bytes of ours.`,
    ...(columns.some(({ peer }) => peer) ? [] : ['No other server was measured.']),
    '## Requests per second',
    rateTable(comparison),
    "## Microseconds of processor time per request, of all of a server's processes",
    show(({ processor }) => processor),
    '## Bytes of one answer',
    show(({ bytes }) => bytes),
    ...(failures.length > 0 ? ['## Failures', failures.map((sentence) => `- ${sentence}`).join('\n')] : []),
  ].join('\n\n')
}

/** A column for each server, and two with the ratios of ours after each of the others. */
function rateTable({ columns, rows }: Comparison): string {
  const head = columns.flatMap(({ title, peer }) =>
    peer ? [title, `ours (1) / ${peer}`, `ours (2) / ${peer}`] : [title],
  )
  const cellsOf = (cells: readonly Cell[]) => {
    const [, one, two] = cells
    return columns.flatMap(({ peer }, at) => {
      const cell = cells[at] ?? '-'
      const rate = format(cell, ({ perSecond }) => perSecond)
      return peer ? [rate, ratio(one, cell), ratio(two, cell)] : [rate]
    })
  }
  return table(
    ['', ...head],
    rows.map(({ name, cells }) => [name, ...cellsOf(cells)]),
  )
}

function format(cell: Cell, value: (measured: Measured) => number): string {
  if (typeof cell === 'string') return cell
  const shown = value(cell)
  return Number.isFinite(shown) ? number(shown) : '-'
}

function ratio(ours: Cell = '-', theirs: Cell): string {
  if (typeof ours === 'string' || typeof theirs === 'string') return '-'
  const value = ours.perSecond / theirs.perSecond
  return value < 10 ? value.toFixed(2) : number(value)
}
