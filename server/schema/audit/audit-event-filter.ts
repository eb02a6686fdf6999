/** The filter of the audit log. */
import { mapRows } from '#core/map-rows.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { builder } from '#server/schema/builder.ts'
import { enumValues } from '#server/schema/enum-name.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { searchCondition } from '#server/schema/search.ts'
import { auditActions, auditResourceTypes, storedTypes } from '#server/services/audit/action.ts'
import type { SearchCondition } from '#server/services/search.ts'

export const AuditOutcomeEnum = builder.enumType('AuditOutcome', {
  description: 'The outcome of an action.',
  values: {
    SUCCEEDED: { description: 'It succeeded.' },
    REFUSED: { description: 'It was refused: the caller lacks the right.' },
    FAILED: { description: 'It failed for an expected reason. Nothing was changed.' },
  } as const,
})

export const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'An action: a mutation, or what a job or a command does.',
  values: enumValues({
    ...mapRows(auditActions, (_action, type) => `Changes a ${type}.`),
    OTHER: 'An action of another version.',
  }),
})

export const AuditResourceTypeEnum = builder.enumType('AuditResourceType', {
  description: 'A type of object that actions change.',
  values: enumValues({
    ...mapRows(auditResourceTypes, (type) => `An object of type ${type}.`),
    OTHER: 'A type of another version.',
  }),
})

export const AuditEventFilter = builder.inputType('AuditEventFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    actor: t.string({ description: 'The actor.' }),
    actions: t.field({ type: [AuditActionEnum], description: 'One of these actions.' }),
    outcome: t.field({ type: AuditOutcomeEnum, description: 'The outcome.' }),
    resourceTypes: t.field({ type: [AuditResourceTypeEnum], description: 'One of these object types.' }),
    resource: t.string({ description: 'The natural key of the object.' }),
    actorContains: t.string({ description: 'Part of the actor; case-insensitive.' }),
    resourceContains: t.string({ description: 'Part of the natural key of the object; case-insensitive.' }),
    run: t.id({ description: 'A change by this run.' }),
    folded: t.boolean({
      description: 'true: without the entries of a run that `runEntries` of its first entry counts.',
    }),
    after: t.field({ type: 'DateTime', description: 'At or after this time.' }),
    before: t.field({ type: 'DateTime', description: 'Before this time.' }),
  }),
})

type Filter = typeof AuditEventFilter.$inferInput

export async function conditionsOf(
  filter: Filter | null | undefined,
  db: Database,
): Promise<Prisma.AuditEventWhereInput> {
  if (!filter) return {}
  const { actor, actions, outcome, resourceTypes, resource, after, before } = filter
  const [actorPart, resourcePart] = [
    searchCondition(filter.actorContains),
    searchCondition(filter.resourceContains),
  ]
  const actors = actorPart && (await findActors(actorPart, db))
  const at = { ...(after ? { gte: after } : {}), ...(before ? { lt: before } : {}) }
  return {
    ...(actor ? { actor } : {}),
    ...(outcome ? { outcome } : {}),
    ...(resource ? { resource } : {}),
    ...(after || before ? { at } : {}),
    AND: [
      ...(actions ? [{ action: { in: actions } }] : []),
      ...(resourceTypes ? [{ resourceType: { in: resourceTypes.flatMap(storedTypes) } }] : []),
      ...(actors ? [{ actor: { in: actors } }] : []),
      ...(resourcePart ? [{ resource: resourcePart }] : []),
      // No run has the key 0.
      ...(filter.run ? [{ runId: keyOrNull(filter.run, 'Run') ?? 0 }] : []),
      ...(filter.folded ? [{ part: false }] : []),
    ],
  }
}

/** Entries are many, but their actors are few: steps from one to the next along the index of actors. */
async function findActors({ contains }: SearchCondition, db: Database): Promise<string[]> {
  const rows = await db.$queryRaw<{ actor: string }[]>`
    WITH RECURSIVE "found" AS (
      SELECT min("actor") AS "actor" FROM "AuditEvent"
      UNION ALL
      SELECT (SELECT min(e."actor") FROM "AuditEvent" e WHERE e."actor" > f."actor") FROM "found" f
      WHERE f."actor" IS NOT NULL
    )
    SELECT "actor" FROM "found" WHERE "actor" ILIKE ${`%${contains}%`}`
  return rows.map(({ actor }) => actor)
}
