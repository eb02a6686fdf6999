/** Queues applications of configuration files as the start of a run writes them, such as one that a worker has lost. */
import type { TestAdmin } from '#test/helpers/admin.ts'

export type QueuedItem = { key: string; resource: string; input: object }

/** Of a dry run, which keeps them. */
export async function itemsOfLastRun({ server: { db } }: TestAdmin): Promise<QueuedItem[]> {
  const { id } = await db.run.findFirstOrThrow({ where: { kind: 'CONFIGURATION' }, orderBy: { id: 'desc' } })
  const items = await db.runItem.findMany({ where: { runId: id }, orderBy: { id: 'asc' } })
  return items.map(({ key, resource, input }) => ({ key, resource, input: input as object }))
}

/** The id of a run that no worker has yet; `further`: that one has lost. */
export async function queueRun(
  { server: { db } }: TestAdmin,
  items: readonly QueuedItem[],
  further: object,
): Promise<string> {
  const { id } = await db.run.create({
    data: {
      ...{ kind: 'CONFIGURATION', startedBy: 'admin', parameters: { plan: 'test' } },
      ...{ state: 'QUEUED', heartbeatAt: new Date(Date.now() - 3_600_000), total: items.length, ...further },
      items: { create: [...items] },
    },
  })
  return btoa(`Run:${id}`)
}
