/** Tests the causes of problems: the rules that subordinates break, their numbers, and the list of each. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { registerMany } from '#test/helpers/many-entities.ts'

const HOUR = 3_600_000
const past = new Date(Date.now() - HOUR)
const future = new Date(Date.now() + HOUR)

/** One row for each way in which the columns can hold a problem. */
const rows: readonly (readonly [code: string | null, columns: object])[] = [
  [null, {}],
  [null, { active: false, failingSince: past, failingCode: 'REACHABLE' }],
  ['METADATA_POLICY', { unresolvableSince: past, unresolvableCode: 'METADATA_POLICY' }],
  ['METADATA_POLICY', { unresolvableSince: future, unresolvableCode: 'METADATA_POLICY' }],
  [
    'CONSTRAINTS',
    {
      unresolvableSince: past,
      unresolvableCode: 'CONSTRAINTS',
      failingSince: past,
      failingCode: 'REACHABLE',
    },
  ],
  ['REACHABLE', { failingSince: past, failingCode: 'REACHABLE' }],
  ['REACHABLE', { failingSince: past, failingCode: 'REACHABLE', statementExpiresAt: future }],
  ['RENEWAL', { failingSince: past, failingCode: null }],
  ['RENEWAL', { unresolvableSince: past, unresolvableCode: 'A_CHECK_OF_ANOTHER_VERSION' }],
  ['STATEMENT_EXPIRED', { statementExpiresAt: past }],
  ['STATEMENT_EXPIRED', { statementExpiresAt: past, failingSince: past, failingCode: 'REACHABLE' }],
]

const admin = adminInFile()
const entities = inFile(() => registerMany(admin.server.db, admin.entityId, rows.length))
beforeAll(async () => {
  for (const [at, [, columns]] of rows.entries()) {
    const entityId = entities.ids[at] ?? ''
    const data = { autorenew: false, lastError: 'Why.', unresolvableReason: 'Why.', ...columns }
    await admin.server.db.subordinate.update({ where: { entityId }, data })
  }
})

const withCode = (code: string) =>
  rows.flatMap(([each], at) => (each === code ? [entities.ids[at] ?? ''] : [])).sort()
const codes = [...new Set(rows.flatMap(([code]) => code ?? []))]

async function groups(filter: object | null = null) {
  const document = `query ($filter: SubordinateFilter) {
    subordinateProblems(filter: $filter) { code count since example { entityId problem { code } } }
  }`
  const { data } = await admin.execute(document, { filter })
  return data.subordinateProblems as { code: string; count: number; since: string; example: Example }[]
}
type Example = { entityId: string; problem: { code: string } }

async function list(filter: object): Promise<string[]> {
  const document = `query ($filter: SubordinateFilter) {
    subordinates(filter: $filter, first: 100) { totalCount edges { node { entityId problem { code } } } }
  }`
  const { data } = await admin.execute(document, { filter })
  const nodes: Example[] = data.subordinates.edges.map(({ node }: { node: Example }) => node)
  expect(data.subordinates.totalCount).toBe(nodes.length)
  for (const { problem } of nodes) expect(problem.code).toBe((filter as { problem: string }).problem)
  return nodes.map(({ entityId }) => entityId).sort()
}

it('counts each problem once, under its rule, the most frequent first', async () => {
  const found = await groups()
  expect(found.map(({ count }) => count)).toEqual(found.map(({ count }) => count).toSorted((a, b) => b - a))
  expect(Object.fromEntries(found.map(({ code, count }) => [code, count]))).toEqual(
    Object.fromEntries(codes.map((code) => [code, withCode(code).length])),
  )
  const { data } = await admin.execute('{ serverStatus { counts { failingSubordinates } } }')
  const sum = found.reduce((all, { count }) => all + count, 0)
  expect(sum).toBe(data.serverStatus.counts.failingSubordinates)
})

it('names the first time, and an example that has the problem', async () => {
  for (const { code, since, example } of await groups()) {
    expect([code, example.problem.code]).toEqual([code, code])
    expect(example.entityId).toBe(withCode(code)[0])
    expect(new Date(since) <= past).toBe(true)
  }
})

it('counts those without a problem', async () => {
  const document = `{ subordinates(filter: { state: ACTIVE }) { totalCount edges { node { state } } } }`
  const { subordinates } = (await admin.execute(document)).data
  expect(subordinates).toEqual({ totalCount: 1, edges: [{ node: { state: 'ACTIVE' } }] })
})

it('lists exactly the subordinates of each rule', async () => {
  for (const code of codes) expect([code, await list({ problem: code })]).toEqual([code, withCode(code)])
})

it('counts only the subordinates of the filter', async () => {
  expect(await groups({ state: 'ACTIVE' })).toEqual([])
  const unreachable = await groups({ state: 'UNREACHABLE' })
  expect(unreachable.map(({ code, count }) => [code, count])).toEqual([['REACHABLE', 2]])
})

it('finds what expires on one day, of what is published', async () => {
  const [day, next] = [new Date(future.getTime() - 60_000), new Date(future.getTime() + 60_000)]
  const within = { active: true, expiresAfter: day.toISOString(), expiresBefore: next.toISOString() }
  expect(await list({ ...within, problem: 'REACHABLE' })).toHaveLength(1)
  const configurations = {
    active: true,
    configurationExpiresAfter: new Date().toISOString(),
    configurationExpiresBefore: new Date(Date.now() + 2 * HOUR).toISOString(),
  }
  expect(await list({ ...configurations, problem: 'RENEWAL' })).toEqual(withCode('RENEWAL'))
  const later = { configurationExpiresAfter: new Date(Date.now() + 2 * HOUR).toISOString() }
  expect(await list({ ...later, problem: 'RENEWAL' })).toEqual([])
})
