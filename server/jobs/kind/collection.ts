/** The run that crawls the federation into the collection. Entities that could not be read become failed items. */
import { FederationError } from '#core/errors.ts'
import { crawlFederation } from '#federation/collection/crawl.ts'
import { toUnix } from '#server/clock.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'

export const collection: RunKindRow = {
  action: 'startCollectionWalk',
  isSingle: true,
  prepare: (tx, { id: runId }, { entityId }) => tx.runItem.create({ data: { runId, resource: entityId } }),
  work: (context, task) => context.gate.run('crawl', task.signal, () => walk(context, task)),
}

async function walk(context: RunContext, { run: { id: crawlId }, signal, onFound }: Task): Promise<Outcome> {
  const { entityId, allowHttp, fetcher, reader, publishing, redisKeyPrefix: prefix, services, now } = context
  const hosted = (id: string) => publishing.hosted?.(id)?.reader
  const recorder = await services.collection.record(crawlId)
  try {
    // A change that was published just now may be the reason of the crawl.
    await reader.catchUp()
    const { entities, failed, failures } = await crawlFederation({
      trustAnchor: entityId,
      entityId,
      allowHttp,
      redis: publishing.redis,
      prefix,
      reader,
      hosted,
      fetcher,
      now: () => toUnix(now()),
      signal,
      onProgress: ({ found }) => onFound(found),
      recorder,
    })
    await recorder.flush()
    await services.collection.adopt(crawlId, { signal })
    return {
      message: `${entities} entities found`,
      total: entities + failed,
      failures: failures.map(({ entity, reason }) => ({ resource: entity, message: reason })),
    }
  } catch (error) {
    if (error instanceof FederationError) throw new UnavailableError(error.message)
    throw error
  }
}
