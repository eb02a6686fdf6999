/** The audit log: who changed what, with the state before and after. */

import { isJsonEqual, isJsonObject } from '#core/json.ts'
import { type AuditEvent, Prisma } from '#prisma/generated/client/client.ts'
import { countTogether } from '#server/database/together.ts'
import type { CallerMethod } from '#server/identity/caller.ts'
import { Actor } from '#server/schema/access/actor.ts'
import { CallerMethodEnum } from '#server/schema/access/caller-method.ts'
import {
  AuditActionEnum,
  AuditEventFilter,
  AuditOutcomeEnum,
  AuditResourceTypeEnum,
  conditionsOf,
} from '#server/schema/audit/audit-event-filter.ts'
import { builder } from '#server/schema/builder.ts'
import { type FieldChange, FieldChangeRef } from '#server/schema/field-change.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { newestFirst, readPage } from '#server/schema/page.ts'
import {
  auditOutcomes,
  installationResources,
  isAuditAction,
  resourceTypeOf,
} from '#server/services/audit/action.ts'
import { addressFor, entriesFor, stateFor } from '#server/services/audit/privacy.ts'
import { entityOf } from '#server/services/entity/known-name.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

/** Columns that change with every write and carry no information. */
const incidental = new Set(['version', 'updatedAt'])

/** The columns that differ. */
function differences(before: Prisma.JsonValue, after: Prisma.JsonValue): FieldChange[] {
  const [old, now] = [members(before), members(after)]
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  const changed = names.filter((name) => !incidental.has(name) && !isJsonEqual(old[name], now[name]))
  return changed.map((name) => ({ path: name, before: old[name] ?? null, after: now[name] ?? null }))
}

function members(value: Prisma.JsonValue): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

/** The entry of a start names its run as the object. */
function runIdOf({ runId, resourceType, resource }: Pick<AuditEvent, 'runId' | 'resourceType' | 'resource'>) {
  if (runId !== null) return runId
  return resourceTypeOf(resourceType) === 'Run' && /^[0-9]{1,9}$/.test(resource) ? Number(resource) : null
}

/** Their natural keys end with an Entity Identifier. */
const aboutEntities: readonly string[] = ['Subordinate', 'TrustMark', 'Request', 'AwaitedEntity']

function nameIn(state: unknown): string | null {
  const name = isJsonObject(state) ? state.displayName : null
  return typeof name === 'string' && name !== '' ? name : null
}

builder.prismaNode('AuditEvent', {
  nullable: true,
  id: { field: 'id' },
  select: { id: true },
  findUnique: (id, { caller }) => ({ id: Number(id), ...entriesFor(caller) }),
  description:
    'A change that was made, refused or failed. Entries are only added; each is chained to the previous one by its hash.',
  authScopes: { read: true },
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'The time.' }),
    anchorSlug: t.string({
      nullable: true,
      description: 'The slug of the anchor; null for a change of the installation, such as of a user.',
      select: { anchor: true, resourceType: true },
      resolve: ({ anchor, resourceType }) =>
        anchor ?? (installationResources.includes(resourceType) ? null : FIRST_ANCHOR),
    }),
    actor: t.expose('actor', { type: Actor }),
    method: t.field({
      type: CallerMethodEnum,
      description: 'How the actor authenticated.',
      select: { method: true },
      resolve: ({ method }) => method as CallerMethod, // written from a caller
    }),
    apiKey: t.exposeString('apiKey', {
      nullable: true,
      description:
        'The API key that acted: its name, and its first characters in brackets; null: none, or an earlier version wrote the entry.',
    }),
    address: t.string({
      nullable: true,
      description: 'The network address; null for callers who may not administer.',
      select: { address: true },
      resolve: (event, _args, { caller }) => addressFor(caller, event),
    }),
    action: t.field({
      type: AuditActionEnum,
      description: 'The action.',
      select: { action: true },
      resolve: ({ action }) => (isAuditAction(action) ? action : 'OTHER'),
    }),
    resourceType: t.field({
      type: AuditResourceTypeEnum,
      description: 'The object type.',
      select: { resourceType: true },
      resolve: (event) => resourceTypeOf(event.resourceType),
    }),
    resource: t.exposeString('resource', { description: 'The natural key of the object.' }),
    resourceName: t.string({
      nullable: true,
      description:
        'The name of the entity that it is about: its display name today, or as the entry has it; null: it is about none, or none is known.',
      select: { resourceType: true, resource: true, before: true, after: true },
      resolve: async ({ resourceType, resource, before, after }, _args, { nameOf }) => {
        if (!aboutEntities.includes(resourceType)) return null
        return (await nameOf(entityOf(resource))) ?? nameIn(after) ?? nameIn(before)
      },
    }),
    eventTypes: t.exposeStringList('eventTypes'),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The object before; null if it was created. E-mail addresses need the right to administer.',
      select: { resourceType: true, before: true },
      resolve: (event, _args, { caller }) => stateFor(caller, event, event.before),
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The object after; null if it was removed. E-mail addresses need the right to administer.',
      select: { resourceType: true, after: true },
      resolve: (event, _args, { caller }) => stateFor(caller, event, event.after),
    }),
    changes: t.field({
      type: [FieldChangeRef],
      description: 'The fields that differ.',
      select: { resourceType: true, before: true, after: true },
      resolve: (event, _args, { caller }) =>
        differences(stateFor(caller, event, event.before), stateFor(caller, event, event.after)),
    }),
    outcome: t.field({
      type: AuditOutcomeEnum,
      description: 'The outcome.',
      select: { outcome: true },
      resolve: (event) => auditOutcomes.find((outcome) => outcome === event.outcome) ?? 'SUCCEEDED',
    }),
    reason: t.exposeString('reason', { nullable: true }),
    requestId: t.exposeString('requestId', { nullable: true }),
    run: t.prismaField({
      type: 'Run',
      nullable: true,
      description:
        'The run that it started or that made the change; null without one, or after its retention.',
      select: { runId: true, resourceType: true, resource: true },
      resolve: (query, event, _args, { db }) => {
        const id = runIdOf(event)
        return id === null ? null : db.run.findUnique({ ...query, where: { id } })
      },
    }),
    runEntries: t.int({
      description: 'The number of further entries of the same run, if it is the first of them; otherwise 0.',
      select: { runId: true, part: true, action: true, resourceType: true, resource: true },
      resolve: (event, _args, { db }) => {
        const runId = runIdOf(event)
        if (runId === null || event.part || event.action === 'cancelRun') return 0
        return countTogether(db, Prisma.sql`"AuditEvent" WHERE "runId" = ${runId} AND "part"`)
      },
    }),
    previousHash: t.exposeString('previousHash'),
    hash: t.exposeString('hash', { description: 'SHA-256 of this entry and the previous hash.' }),
  }),
})

builder.queryFields((t) => ({
  auditEvents: t.prismaConnection(
    {
      type: 'AuditEvent',
      cursor: 'id',
      description: 'The audit log, newest first, at most 100 per page.',
      authScopes: { read: true },
      args: { filter: t.arg({ type: AuditEventFilter, description: 'The filter.' }) },
      totalCount: async (_root, { filter }, { db, caller }) =>
        db.auditEvent.count({ where: { ...(await conditionsOf(filter, db)), ...entriesFor(caller) } }),
      resolve: async (query, _root, { filter }, { db, caller }) => {
        const condition = { ...(await conditionsOf(filter, db)), ...entriesFor(caller) }
        return readPage(
          query,
          newestFirst,
          (where) => db.auditEvent.findUnique({ where, select: { id: true } }),
          ({ conditions, ...range }) =>
            db.auditEvent.findMany({ ...range, where: { AND: [condition, conditions] } }),
        )
      },
    },
    { name: 'AuditEventConnection' },
    { name: 'AuditEventEdge' },
  ),
  auditEvent: t.prismaField({
    type: 'AuditEvent',
    nullable: true,
    description: 'One audit entry, by its id.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, description: 'The entry’s id.' }) },
    resolve: (query, _root, { id }, { db, caller }) => {
      const key = keyOrNull(id, 'AuditEvent')
      if (key === null) return null
      return db.auditEvent.findUnique({ ...query, where: { id: key, ...entriesFor(caller) } })
    },
  }),
}))
