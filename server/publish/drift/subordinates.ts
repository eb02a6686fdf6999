/** Compares subordinates: statements, Entity Configurations, the data for lists and the sorted list. A statement must also be current. */
import { ahead } from '#server/database/ahead.ts'
import type { PublishContext } from '#server/publish/context.ts'
import {
  compare,
  type Drift,
  type DriftKind,
  type DriftSource,
  memberIf,
} from '#server/publish/drift/drift.ts'
import {
  type ExpectedSubordinate,
  expectedPages,
  findExpected,
} from '#server/publish/drift/expected-subordinates.ts'
import { createTally } from '#server/publish/drift/other-subordinates.ts'
import {
  openSubordinateList,
  type PublishedSubordinate,
  readPublished,
} from '#server/publish/drift/published-subordinates.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { kindSets } from '#server/publish/write.ts'

const setWords = {
  relyingParties: 'Relying Parties',
  openidProviders: 'OpenID Providers',
  intermediates: 'Intermediates',
} as const satisfies Record<(typeof kindSets)[number][0], string>

export const subordinates: DriftSource = { compareAll, driftOf }

type Compared = { expected: readonly ExpectedSubordinate[]; published: readonly PublishedSubordinate[] }

async function* compareAll(context: PublishContext): AsyncGenerator<Drift[]> {
  const tally = createTally(context)
  for await (const { expected, published } of ahead(bothSides(context))) {
    tally.add(published)
    yield expected.flatMap((each, at) => differenceOf(each.entityId, each, published[at]))
  }
  for await (const names of tally.others()) yield await driftOf(context, names)
}

async function* bothSides(context: PublishContext): AsyncGenerator<Compared> {
  const findListed = await openSubordinateList(context)
  for await (const expected of ahead(expectedPages(context))) {
    const names = expected.map(({ entityId }) => entityId)
    // The number of members tells whether others are in a set.
    const belongs = (set: number, at: number) => isIn(set, expected[at])
    yield { expected, published: await readPublished(context, findListed, names, belongs) }
  }
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

function isIn(set: number, expected: ExpectedSubordinate | undefined): boolean {
  const [, belongs = () => false] = kindSets[set] ?? []
  return expected !== undefined && belongs(expected.facts)
}

type Difference = { kind: DriftKind; what: string }

/** Undefined: absent. */
function differences(
  expected: ExpectedSubordinate | undefined,
  actual: PublishedSubordinate | undefined,
): Difference[] {
  const signed = differing([
    ['Subordinate Statement', expected?.statement, actual?.statement],
    ['Entity Configuration', expected?.configuration, actual?.configuration],
  ])
  // Another writer wrote this statement and may omit the rest, which is not a second difference.
  if (signed.length > 0) return signed
  if (expected?.fault) return [{ kind: 'different', what: `Subordinate Statement (${expected.fault})` }]
  return differing([
    ['information for lists', expected?.info, actual?.info],
    ['place in the list of subordinates', expected?.info, actual?.listed],
    ...kindSets.map(([name], at): Pair => {
      const isThere = actual?.memberships[at]
      return [`place among the ${setWords[name]}`, memberIf(isIn(at, expected)), memberIf(isThere)]
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
