/** Opens the export of one anchor into a folder. */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { type AnchorPlace, anchorPlace, FIRST_ANCHOR, type RegisteredAnchor } from '#store/anchors.ts'
import { redisKeys } from '#store/keys.ts'
import type { Reader } from '#store/reader.ts'
import { openKeys } from '../anchors/keys.ts'
import { openAnchor, type SharedParts } from '../anchors/open.ts'
import { openFolder } from '../files/folder.ts'
import { createIssuedMarks } from '../marks/issued.ts'
import { createAsk, createAskResolved } from './answers.ts'
import type { Export } from './comparison.ts'
import { createReadList } from './lists.ts'
import { createRecord } from './record.ts'

/** Bytes of each kind of published JWT that is held: each is read once. */
const HELD = 2 * 1024 * 1024
/** Bytes of lists that are held: each is written once, until it changes. */
const BODIES = 64 * 1024
/** Milliseconds between reads of the key files. */
const KEYS_MS = 2_000
/** The longest wait for the subscription, in milliseconds. Without it, changes are found by a comparison. */
const SUBSCRIBED_MS = 5_000

export type ExportedAnchor = Omit<RegisteredAnchor, 'paused'>

export type OpenExport = { context: Export; close(): Promise<void> }

/** `place` is that of the first anchor. @throws KeyFileError, Error of the file system */
export async function openExport(
  { slug, entityId }: ExportedAnchor,
  path: string,
  { place, shared, log }: { place: AnchorPlace; shared: SharedParts; log: FastifyBaseLogger },
): Promise<OpenExport> {
  const folder = openFolder(path)
  folder.prepare()
  const own = anchorPlace(place, slug)
  const { redisKeyPrefix: prefix } = own
  const keyFiles = await openKeys(own, log, KEYS_MS, shared.stores)
  const options = { entityId, isFirst: slug === FIRST_ANCHOR, prefix, keys: keyFiles, logger: log }
  const anchor = openAnchor(
    { ...options, registry: undefined, bridgesOutages: false, maxJwtBytes: HELD, maxBodyBytes: BODIES },
    shared,
  )
  const { app, reader, signer, resolveAhead, authMethods } = anchor
  const subscribed = untilSubscribed(reader)
  const now = () => Math.floor(Date.now() / 1000)
  const ask = createAsk(app, {
    reader,
    now,
    onFault: (asked, query, body) =>
      log.error({ path: asked, query, body }, 'An answer has a fault, and its file stays'),
  })
  const { redis } = shared
  const keys = redisKeys(prefix)
  const record = createRecord({ entityId, folder, redis, keys, signer, now })
  const askResolved = createAskResolved(resolveAhead, authMethods)
  const marks = createIssuedMarks({ entityId, reader, keys: keyFiles.current, now })
  const readList = createReadList({ reader, marks, authMethods, now })
  await subscribed
  const context = { ask, askResolved, readList, folder, record, redis, keys, keyFiles, reader }
  return { context, close: anchor.close }
}

/** The subscription reports that everything may have changed, or that there is none. */
async function untilSubscribed({ onChange }: Pick<Reader, 'onChange'>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  onChange(({ kind }) => kind === 'all' && resolve())
  await Promise.race([promise, setTimeout(SUBSCRIBED_MS, undefined, { ref: false })])
}
