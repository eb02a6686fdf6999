/** The dry run that a run executes: what it found is what is done. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import { type RunKind, runKindOf } from '#server/jobs/run-kinds.ts'
import { isDryRun } from '#server/jobs/task.ts'

type DryRun = { kind: RunKind; parameters: Prisma.JsonObject }

/** @throws NotFoundError, ConflictError */
export async function findDryRun(tx: Transaction, id: number): Promise<DryRun> {
  const run = await tx.run.findUnique({ where: { id } })
  if (!run || !runKindOf(run.kind) || !isDryRun({ run }))
    throw new NotFoundError('There is no such dry run.', 'id')
  if (run.kind === 'CONFIGURATION')
    throw new ConflictError(
      'A plan is applied with applyConfiguration, which checks the rights for each step.',
      'id',
    )
  if (run.state !== 'SUCCEEDED')
    throw new ConflictError(`The dry run ${run.endedAt ? 'did not succeed' : 'has not ended yet'}.`, 'id')
  return { kind: run.kind as RunKind, parameters: run.parameters as Prisma.JsonObject } // as just checked
}

/** Copies what would be done, and returns a hash over it. */
export async function copyItems(
  tx: Transaction,
  from: number,
  to: number,
): Promise<{ total: number; digest: string }> {
  await tx.$executeRaw`
    INSERT INTO "RunItem" ("runId", "key", "resource", "input", "effect")
    SELECT ${to}::int, "key", "resource", "input", "effect" FROM "RunItem"
    WHERE "runId" = ${from} AND "ok" AND NOT "skipped" ORDER BY "id"`
  const [found] = await tx.$queryRaw<[{ total: number; digest: string | null }]>`
    SELECT count(*)::int AS "total", encode(sha256(string_agg(sha256(convert_to(
      jsonb_build_array("key", "resource", "input", "effect")::text, 'UTF8')), ''::bytea ORDER BY "id")), 'hex') AS "digest"
    FROM "RunItem" WHERE "runId" = ${to}`
  return { total: found.total, digest: found.digest ?? '' }
}
