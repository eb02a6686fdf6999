/** Formats the growth from a hundred to a million subordinates. */
import type { Section } from '../document.ts'
import { megabytes, milliseconds, number, table } from '../markdown.ts'
import type { AdminGrowth, Named } from './admin.ts'
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

const adminRows: readonly Row<AdminGrowth>[] = [
  ['rebuild, signing all', ({ signing }) => `${number(signing.clock)} s`],
  ['rebuild, signing nothing', ({ again }) => `${number(again.clock)} s`],
  ['most memory during the rebuilds', ({ peak }) => megabytes(peak)],
  ['start', ({ start }) => milliseconds(start)],
  ['memory at rest', ({ atRest }) => megabytes(atRest)],
  ['a change is published', ({ change }) => milliseconds(change)],
  ['effect of a policy on all members', ({ operations }) => describe(operations.filter(isEffect)[0])],
  ['slowest other query of the console', ({ operations }) => describe(others(operations)[0])],
  ['the next', ({ operations }) => describe(others(operations)[1])],
  ['slowest schedule', ({ schedules }) => describe(schedules[0])],
  ['the next', ({ schedules }) => describe(schedules[1])],
]

/** They compute the effect for each member. */
const isEffect = ({ name }: Named) => name.startsWith('PreviewPolicy') || name.startsWith('PolicyEffect')
const others = (operations: readonly Named[]) => operations.filter((operation) => !isEffect(operation))

const describe = (named: Named | undefined) =>
  named ? `${named.name}: ${milliseconds(named.milliseconds)}` : '-'

export function adminSection(measured: readonly AdminGrowth[]): Section {
  return { title: 'A million members: the admin server', body: growthTable(adminRows, measured) }
}

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
