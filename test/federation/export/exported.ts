/** An export of a Trust Anchor under test into a folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import { createAsk, createAskResolved } from '#federation/export/answers.ts'
import { compareAll, type Export } from '#federation/export/comparison.ts'
import { follow } from '#federation/export/exporter.ts'
import { createCount } from '#federation/export/files.ts'
import { createReadList } from '#federation/export/lists.ts'
import { createRecord } from '#federation/export/record.ts'
import { openFolder } from '#federation/files/folder.ts'
import { createIssuedMarks } from '#federation/marks/issued.ts'
import { createResolveAhead } from '#federation/resolver/ahead.ts'
import { entityId, type TrustAnchor } from '../trust-anchor.ts'

/** `ta` must not have answered yet, unless an earlier export of it is given. */
export function openExport(ta: TrustAnchor, path: string, earlier?: Export): Export {
  const { app, reader, redis, names: keys, now, parts } = ta
  const ask = earlier?.ask ?? createAsk(app, { reader, now, onFault: () => {} })
  const folder = openFolder(path)
  folder.prepare()
  const record = createRecord({ entityId, folder, redis: redis.client, keys, signer: parts.signer, now })
  const askResolved = createAskResolved(createResolveAhead(parts), ta.authMethods)
  const marks = createIssuedMarks(parts)
  const readList = createReadList({ reader, marks, authMethods: ta.authMethods, now })
  const keyFiles = { current: parts.keys, onChange: () => {} }
  return { ask, askResolved, readList, folder, record, redis: redis.client, keys, keyFiles, reader }
}

/** Compares once; the files that it wrote and removed. */
export async function compareOnce(context: Export) {
  const count = createCount()
  for await (const _ of compareAll({ ...context, count }));
  return count
}

/** Compares, and signs the manifest. */
export async function exportOnce(context: Export): Promise<void> {
  await compareOnce(context)
  await publishExport(context)
}

/** Signs the manifest of what was written until `at`, in milliseconds of unix time. */
export const publishExport = ({ record }: Pick<Export, 'record'>, at = Date.now()) =>
  record.publish({ files: at, lists: at })

/** Until it is closed. */
export function startFollowing(context: Export, log: FastifyBaseLogger = pino({ level: 'silent' })) {
  const stopped = new AbortController()
  const ended = follow(context, { log, signal: stopped.signal })
  return {
    async close() {
      stopped.abort()
      await ended
    },
  }
}

/** The text of a file; null: there is none. */
export const textOf = (path: string, file: string) => readFile(join(path, file), 'utf8').catch(() => null)
