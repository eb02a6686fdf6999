/** Publishes the current state of some objects, or of all of a kind; idempotent, so that it can always be repeated. */
import type { PublishContext } from '#server/publish/context.ts'
import {
  endStatements,
  keepOwn,
  keepRevocations,
  keepStatements,
  keepTrustMarks,
} from '#server/publish/history/published.ts'
import { prepareHolderPages, prepareSubordinatePages } from '#server/publish/list-pages.ts'
import type { Topic } from '#server/publish/outbox.ts'
import {
  findUnusedTypes,
  signEntityConfiguration,
  signHistoricalKeys,
} from '#server/publish/own-statements.ts'
import { readPins } from '#server/publish/pins.ts'
import { beginIssue } from '#server/publish/published-keys.ts'
import {
  allIssuedTrustMarks,
  findActiveSubordinates,
  findTrustMarks,
  unchangedSubordinates,
} from '#server/publish/rows.ts'
import { prepareStatusLists } from '#server/publish/status-lists.ts'
import { findSubordinateEvents } from '#server/publish/subordinate-events.ts'
import { changesOfTrustMarks, keepsValid } from '#server/publish/withdrawn.ts'
import {
  putEntityConfiguration,
  putHistoricalKeys,
  putIssuedTrustMarks,
  putSubordinateEvents,
  putSubordinates,
  putTrustAnchors,
  putTrustMarks,
  putUnusedTypes,
  removeSubordinates,
  sendCommands,
} from '#server/publish/write.ts'
import type { Change } from '#store/change.ts'

/** Everything except the full rebuild (rebuild.ts). */
export type SingleTopic = Exclude<Topic, 'everything'>

/** Called between the pages of a long publication, with the things that were published since and those that are left. */
export type Beat = (done: number, left: number) => Promise<void>
/** The objects that cannot be published, by their keys, with the reasons. */
type Failures = Map<string, unknown>
type Publish = (context: PublishContext, keys: readonly string[], beat: Beat) => Promise<Failures | undefined>

const publishers: Readonly<Record<SingleTopic, Publish>> = {
  'entity-configuration': publishEntityConfiguration,
  'historical-keys': publishHistoricalKeys,
  'trust-anchors': publishTrustAnchors,
  subordinate: publishSomeSubordinates,
  subordinates: publishSubordinates,
  'trust-mark': publishTrustMarks,
  'issued-trust-marks': publishIssuedTrustMarks,
}

export function isSingleTopic(topic: string): topic is SingleTopic {
  return Object.hasOwn(publishers, topic)
}

/** Reads and writes the objects with these keys together. */
export async function publish(
  context: PublishContext,
  topic: SingleTopic,
  keys: readonly string[],
  beat: Beat,
): Promise<Failures> {
  return (await publishers[topic](context, keys, beat)) ?? new Map()
}

async function publishEntityConfiguration(context: PublishContext): Promise<undefined> {
  const [jwt, unused] = await Promise.all([signEntityConfiguration(context), findUnusedTypes(context)])
  const withdrawsNothing = await keepsValid(context, jwt, unused)
  const change: Change = { kind: 'entity-configuration', ...(withdrawsNothing ? { withdrawsNothing } : {}) }
  const issue = await beginIssue(context, jwt)
  const kept = await keepOwn(context, 'entity-configuration', jwt)
  await sendCommands(context.redis, context.keys, [change], (to) => {
    putEntityConfiguration(to, context.keys, kept)
    putUnusedTypes(to, context.keys, unused)
  })
  await issue.done()
}

async function publishHistoricalKeys(context: PublishContext): Promise<undefined> {
  const kept = await keepOwn(context, 'historical-keys', await signHistoricalKeys(context))
  await sendCommands(context.redis, context.keys, [{ kind: 'historical-keys' }], (to) => {
    putHistoricalKeys(to, context.keys, kept)
  })
}

async function publishTrustAnchors(context: PublishContext): Promise<undefined> {
  const trustAnchors = await readPins(context)
  await sendCommands(context.redis, context.keys, [{ kind: 'trust-anchors' }], (to) => {
    putTrustAnchors(to, context.keys, trustAnchors)
  })
}

async function publishSomeSubordinates(
  context: PublishContext,
  entityIds: readonly string[],
): Promise<Failures> {
  const [{ signed, unsignable }, events] = await Promise.all([
    findActiveSubordinates(context, entityIds),
    findSubordinateEvents(context, entityIds),
  ])
  const failures: Failures = new Map(
    unsignable.map(({ subordinate, error }) => [subordinate.entityId, error]),
  )
  const published = new Set(signed.map(({ entityId }) => entityId))
  // The previous statement of one that cannot be signed stays.
  const known = entityIds.filter((entityId) => !failures.has(entityId))
  const removed = known.filter((entityId) => !published.has(entityId))
  const changes = known.map((id): Change => {
    return { kind: 'subordinate', id, ...(published.has(id) ? { withdrawsNothing: true } : {}) }
  })
  const putPages = await prepareSubordinatePages(context.redis, context.keys, { published: signed, removed })
  const [kept, ended] = [await keepStatements(context, signed), await endStatements(context, removed)]
  await sendCommands(context.redis, context.keys, changes, (to) => {
    putSubordinates(to, context.keys, kept)
    removeSubordinates(to, context.keys, ended)
    putPages(to)
    const itsEvents = events.filter(({ entityId }) => !failures.has(entityId))
    putSubordinateEvents(to, context.keys, itsEvents)
  })
  return failures
}

async function publishSubordinates(
  context: PublishContext,
  _keys: readonly string[],
  beat: Beat,
): Promise<undefined> {
  let left = await context.db.subordinate.count({ where: { active: true } })
  for await (const page of unchangedSubordinates(context)) {
    const putPages = await prepareSubordinatePages(context.redis, context.keys, { published: page })
    const kept = await keepStatements(context, page)
    await sendCommands(
      context.redis,
      context.keys,
      [{ kind: 'subordinate', withdrawsNothing: true }],
      (to) => {
        putSubordinates(to, context.keys, kept)
        putPages(to)
      },
    )
    left -= page.length
    await beat(page.length, left)
  }
}

async function publishTrustMarks(context: PublishContext, ids: readonly string[]): Promise<undefined> {
  const marks = await findTrustMarks(context, ids.map(Number))
  const changes = await changesOfTrustMarks(context, marks)
  const putPages = await prepareHolderPages(context.redis, context.keys, marks)
  const putLists = await prepareStatusLists(
    context,
    context.keys,
    marks.flatMap(({ issued }) => issued),
  )
  const kept = await keepTrustMarks(context, marks)
  await sendCommands(context.redis, context.keys, changes, (to) => {
    putTrustMarks(to, context.keys, kept)
    putLists(to)
    putPages(to)
  })
}

/** Publishes all issued marks page by page; the set only grows, so no entry is missing in between. */
async function publishIssuedTrustMarks(
  context: PublishContext,
  _keys: readonly string[],
  beat: Beat,
): Promise<undefined> {
  const [imported, issued] = await Promise.all([
    context.db.importedTrustMarkHash.count(),
    context.db.issuedTrustMark.count(),
  ])
  let left = imported + issued
  for await (const page of allIssuedTrustMarks(context)) {
    const putLists = await prepareStatusLists(context, context.keys, page)
    const kept = await keepRevocations(context, page)
    await sendCommands(context.redis, context.keys, [{ kind: 'trust-mark' }], (to) => {
      putIssuedTrustMarks(to, context.keys, kept)
      putLists(to)
    })
    left -= page.length
    await beat(page.length, left)
  }
}
