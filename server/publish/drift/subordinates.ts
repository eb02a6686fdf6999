/** Compares subordinates: statements, Entity Configurations, the data for lists and the sorted list. A statement must also be current. */
import { inOrder } from '#server/database/pages.ts'
import type { PublishContext } from '#server/publish/context.ts'
import {
  compare,
  type Drift,
  type DriftKind,
  type DriftSource,
  memberIf,
  PAGE,
} from '#server/publish/drift/drift.ts'
import {
  type ExpectedSubordinate,
  findDoubtful,
  findExpected,
  isSame,
  readCurrency,
  readExpectedPage,
} from '#server/publish/drift/expected-subordinates.ts'
import {
  createTally,
  openSubordinateList,
  type PublishedSubordinate,
  readPublished,
} from '#server/publish/drift/published-subordinates.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { allBounds, type Bounds } from '#server/publish/subordinate-row.ts'
import { type KindFacts, kindSets } from '#server/publish/write.ts'

const setWords = {
  relyingParties: 'Relying Parties',
  openidProviders: 'OpenID Providers',
  intermediates: 'Intermediates',
} as const satisfies Record<(typeof kindSets)[number][0], string>

/** The database reads some while this process compares another. */
const PAGES_AT_A_TIME = 3

export const subordinates: DriftSource = { compareAll, driftOf }

async function* compareAll(context: PublishContext): AsyncGenerator<Drift[]> {
  const [currency, findListed] = await Promise.all([readCurrency(context), openSubordinateList(context)])
  const tally = createTally(context)
  const comparePage = async (bounds: Bounds) => {
    const expected = await readExpectedPage(context, currency, bounds)
    const { entityIds, facts } = expected
    // The number of members tells whether others are in a set.
    const belongs = (set: number, at: number) => isIn(set, facts[at])
    const published = await readPublished(context, findListed, entityIds, belongs)
    tally.add(published)
    return isSame(expected, published) ? findDoubtful(expected, published, currency.entityId) : entityIds
  }
  for await (const names of inOrder(allBounds(context.db, PAGE), PAGES_AT_A_TIME, comparePage))
    yield await driftOf(context, names)
  for await (const names of tally.others()) yield await driftOf(context, names)
}

async function driftOf(context: PublishContext, entityIds: readonly string[]): Promise<Drift[]> {
  if (entityIds.length === 0) return []
  const [expected, actual] = await Promise.all([
    findExpected(context, entityIds),
    readPublished(context, await openSubordinateList(context), entityIds),
  ])
  const byName = new Map(expected.map((each) => [each.entityId, each]))
  return entityIds.flatMap((name, at) => differenceOf(name, byName.get(name), actual[at]))
}

function differenceOf(
  entityId: string,
  expected: ExpectedSubordinate | undefined,
  actual: PublishedSubordinate | undefined,
): Drift[] {
  const found = differences(expected, actual)
  const [first] = found
  if (!first) return []
  const words = `${found.map(({ what }) => what).join(', ')} of ${entityId}`
  return [{ kind: first.kind, words, name: entityId, item: toPublish('subordinate', entityId) }]
}

function isIn(set: number, facts: KindFacts | undefined): boolean {
  const [, belongs = () => false] = kindSets[set] ?? []
  return facts !== undefined && belongs(facts)
}

type Difference = { kind: DriftKind; what: string }

/** Undefined: absent. */
function differences(
  expected: ExpectedSubordinate | undefined,
  actual: PublishedSubordinate | undefined,
): Difference[] {
  const signed = differing([
    ['Subordinate Statement', expected?.statement, actual?.statement?.toString()],
    ['Entity Configuration', expected?.configuration, actual?.configuration?.toString()],
  ])
  // Another writer wrote this statement and may omit the rest, which is not a second difference.
  if (signed.length > 0) return signed
  if (expected?.fault) return [{ kind: 'different', what: `Subordinate Statement (${expected.fault})` }]
  return differing([
    ['information for lists', expected?.info, actual?.info],
    ['place in the list of subordinates', expected?.info, actual?.listed],
    ...kindSets.map(([name], at): Pair => {
      const isThere = actual?.memberships[at]
      return [`place among the ${setWords[name]}`, memberIf(isIn(at, expected?.facts)), memberIf(isThere)]
    }),
  ])
}

type Value = string | null | undefined
type Pair = readonly [what: string, expected: Value, actual: Value]

function differing(pairs: readonly Pair[]): Difference[] {
  return pairs.flatMap(([what, expected, actual]) => {
    const kind = compare(expected ?? null, actual ?? null)
    return kind ? [{ kind, what }] : []
  })
}
