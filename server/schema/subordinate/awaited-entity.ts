/** Awaited entities: candidates that are examined each hour until they can be registered. */
import { Actor } from '#server/schema/access/actor.ts'
import { builder } from '#server/schema/builder.ts'
import { EntityCheckRef } from '#server/schema/entity/entity-inspection.ts'
import { failures } from '#server/schema/error.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { failedCheck } from '#server/services/entity/checks.ts'
import { endOfWaiting } from '#server/services/subordinate/awaited-entities.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

const AwaitedEntityRef = builder.prismaNode('AwaitedEntity', {
  nullable: true,
  id: { field: 'id' },
  description: 'An entity that is examined each hour until it can be registered, for 30 days at most.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
    requestedBy: t.expose('requestedBy', { type: Actor, description: 'Who asked for it.' }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when it is examined.' }),
    endsAt: t.field({ type: 'DateTime', description: 'When this ends.', resolve: endOfWaiting }),
    examinedAt: t.expose('examinedAt', { type: 'DateTime', description: 'The last examination.' }),
    failedCheck: t.field({
      type: EntityCheckRef,
      nullable: true,
      description: 'The first check that failed then; null if every check passed.',
      resolve: (row) => failedCheck(row.failedCheck, row.message ?? ''),
    }),
    passesSince: t.expose('passesSince', { type: 'DateTime', nullable: true }),
  }),
})

builder.queryField('awaitedEntities', (t) =>
  t.field({
    type: [AwaitedEntityRef],
    description: 'The entities that are examined each hour, at most 200, the latest first.',
    authScopes: { read: true },
    resolve: (_root, _args, { services }) => services.awaitedEntities.list(),
  }),
)

const about = (describes: string) => ({
  describes,
  fields: (t: InputFields) => ({
    entityId: t.field({ type: 'EntityIdentifier', required: true, description: 'Its Entity Identifier.' }),
  }),
})

operation('awaitEntity', {
  describes:
    'Examines an entity now, and from then on each hour until it is registered or dismissed, for 30 days at most. An alert says when every check passes.',
  scope: 'operate',
  input: about('The entity to examine each hour.'),
  result: AwaitedEntityRef,
  errors: [InvalidInputError, ConflictError],
  run: ({ entityId }, { services, caller }) => services.awaitedEntities.await(caller, entityId),
})

operation('stopAwaitingEntity', {
  describes: 'Examines an entity no longer.',
  scope: 'operate',
  input: about('The entity to examine no longer.'),
  result: 'EntityIdentifier',
  noun: 'entityId',
  errors: [NotFoundError, ConflictError],
  run: ({ entityId }, { services, caller }) => services.awaitedEntities.stopAwaiting(caller, entityId),
})
