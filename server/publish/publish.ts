/** Publishes the current state of one object, or of all of a kind; idempotent, so that it can always be repeated. */
import { readSettings } from '#server/database/settings.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { beginIssue } from '#server/publish/key-publication.ts'
import type { Topic } from '#server/publish/outbox.ts'
import { signEntityConfiguration, signHistoricalKeys } from '#server/publish/own-statements.ts'
import {
  activeSubordinates,
  allIssuedTrustMarks,
  findTrustMark,
  signedSubordinate,
} from '#server/publish/rows.ts'
import { findSubordinateEvents } from '#server/publish/subordinate-events.ts'
import {
  putIssuedTrustMarks,
  putSubordinate,
  putSubordinateEvents,
  putTrustAnchors,
  putTrustMark,
  removeSubordinate,
  sendCommands,
} from '#server/publish/write.ts'

/** Everything except the full rebuild (rebuild.ts). */
type SingleTopic = Exclude<Topic, 'everything'>

/** Extends the lease during long publications. */
type Beat = () => Promise<void>
type PublishOne = (context: PublishContext, key: string, beat: Beat) => Promise<void>

const publishers: Readonly<Record<SingleTopic, PublishOne>> = {
  'entity-configuration': publishEntityConfiguration,
  'historical-keys': publishHistoricalKeys,
  'trust-anchors': publishTrustAnchors,
  subordinate: publishSubordinate,
  subordinates: publishSubordinates,
  'trust-mark': publishTrustMark,
  'issued-trust-marks': publishIssuedTrustMarks,
}

export function isSingleTopic(topic: string): topic is SingleTopic {
  return Object.hasOwn(publishers, topic)
}

export async function publish(
  context: PublishContext,
  topic: SingleTopic,
  key: string,
  beat: Beat,
): Promise<void> {
  await publishers[topic](context, key, beat)
}

async function publishEntityConfiguration(context: PublishContext): Promise<void> {
  const jwt = await signEntityConfiguration(context)
  const issue = await beginIssue(context, jwt)
  await sendCommands(context.redis, context.keys, [{ kind: 'entity-configuration' }], (to) => {
    to.set(context.keys.entityConfiguration, jwt)
  })
  await issue.done()
}

async function publishHistoricalKeys(context: PublishContext): Promise<void> {
  const jwt = await signHistoricalKeys(context)
  await sendCommands(context.redis, context.keys, [{ kind: 'historical-keys' }], (to) => {
    to.set(context.keys.historicalKeys, jwt)
  })
}

async function publishTrustAnchors(context: PublishContext): Promise<void> {
  const { trustAnchors } = await readSettings(context.db)
  await sendCommands(context.redis, context.keys, [{ kind: 'trust-anchors' }], (to) => {
    putTrustAnchors(to, context.keys, trustAnchors)
  })
}

async function publishSubordinate(context: PublishContext, entityId: string): Promise<void> {
  const row = await context.db.subordinate.findUnique({ where: { entityId } })
  const subordinate = row?.active ? await signedSubordinate(context, row) : undefined
  const events = await findSubordinateEvents(context, entityId)
  await sendCommands(context.redis, context.keys, [{ kind: 'subordinate', id: entityId }], (to) => {
    if (subordinate) putSubordinate(to, context.keys, subordinate)
    else removeSubordinate(to, context.keys, entityId)
    putSubordinateEvents(to, context.keys, { entityId, events })
  })
}

async function publishSubordinates(context: PublishContext, _key: string, beat: Beat): Promise<void> {
  for await (const page of activeSubordinates(context)) {
    await sendCommands(context.redis, context.keys, [{ kind: 'subordinate' }], (to) => {
      for (const subordinate of page) putSubordinate(to, context.keys, subordinate)
    })
    await beat()
  }
}

async function publishTrustMark(context: PublishContext, id: string): Promise<void> {
  const mark = await findTrustMark(context, Number(id))
  if (!mark) return
  await sendCommands(context.redis, context.keys, [{ kind: 'trust-mark', id: mark.entityId }], (to) => {
    putTrustMark(to, context.keys, mark)
  })
}

/** Publishes all issued marks page by page; the set only grows, so no entry is missing in between. */
async function publishIssuedTrustMarks(context: PublishContext): Promise<void> {
  for await (const page of allIssuedTrustMarks(context)) {
    await sendCommands(context.redis, context.keys, [{ kind: 'trust-mark' }], (to) => {
      putIssuedTrustMarks(to, context.keys, page)
    })
  }
}
