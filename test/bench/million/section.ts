/** Formats the growth from a hundred to a million subordinates. */
import type { Section } from '../document.ts'
import { megabytes, milliseconds, number, table } from '../markdown.ts'
import type { FederationGrowth } from './federation.ts'

type Row<Growth> = [name: string, format: (growth: Growth) => string]

const federationRows: readonly Row<FederationGrowth>[] = [
  ['`/fetch` of 100 popular members, processor time', ({ popular }) => `${number(popular)} µs`],
  ['`/fetch` of any member, processor time', ({ any }) => `${number(any)} µs`],
  ['first `/list` after the start', ({ firstList }) => milliseconds(firstList)],
  ['`/list`', ({ list }) => milliseconds(list)],
  ['first `/trust_mark_list`, a tenth of the members', ({ firstHolders }) => milliseconds(firstHolders)],
  ['`/trust_mark_list`', ({ holders }) => milliseconds(holders)],
  ['`/list` shows a removed member', ({ change }) => milliseconds(change)],
  ['the slowest `/fetch` until then', ({ longestFetch }) => milliseconds(longestFetch)],
  ['memory, most', ({ memory, peak }) => `${megabytes(memory)}, ${megabytes(peak)}`],
]

export function federationSection(measured: readonly FederationGrowth[]): Section {
  return { title: 'A million members: the federation server', body: growthTable(federationRows, measured) }
}

function growthTable<Growth extends { subordinates: number }>(
  rows: readonly Row<Growth>[],
  measured: readonly Growth[],
): string {
  const head = ['members', ...measured.map(({ subordinates }) => number(subordinates))]
  return table(
    head,
    rows.map(([name, format]) => [name, ...measured.map(format)]),
  )
}
