/** Stores what a crawl sees below Intermediates, in batches. */
import type { ChainRecorder } from '#federation/collection/chain-recording.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { packEntity, packStatement } from '#server/services/collection/claims.ts'
import { displayName } from '#server/services/entity/display-name.ts'

/** Rows per round trip, and in memory. */
const BATCH = 100

/** Wait for `flush` before the rows are read. */
export function createChainRecorder(
  db: Database,
  crawlId: number,
): ChainRecorder & { flush(): Promise<void> } {
  let entities: Prisma.CollectedEntityCreateManyInput[] = []
  let statements: Prisma.CollectedStatementCreateManyInput[] = []

  async function flush(): Promise<void> {
    const [newEntities, newStatements] = [entities, statements]
    entities = []
    statements = []
    if (newEntities.length > 0)
      await db.collectedEntity.createMany({ data: newEntities, skipDuplicates: true })
    if (newStatements.length > 0)
      await db.collectedStatement.createMany({ data: newStatements, skipDuplicates: true })
  }

  async function flushIfFull(): Promise<void> {
    if (entities.length + statements.length >= BATCH) await flush()
  }

  return {
    flush,
    async entity(configuration) {
      const { sub: entityId, metadata = {} } = configuration.claims
      entities.push({
        crawlId,
        entityId,
        displayName: displayName(metadata),
        claims: packEntity(configuration),
      })
      await flushIfFull()
    },
    async statement(superior, entityId, statement) {
      const result =
        statement instanceof Error
          ? { refusal: statement.message.toWellFormed().replaceAll('\0', '') }
          : { claims: packStatement(statement) }
      statements.push({ crawlId, superior, entityId, ...result })
      await flushIfFull()
    },
  }
}
