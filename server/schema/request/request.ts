/** Requests of organizations, as both sides see them. */

import { isJsonObject } from '#core/json.ts'
import type { Metadata } from '#core/metadata.ts'
import { readSettings } from '#server/database/settings.ts'
import { callerMay } from '#server/identity/caller.ts'
import { Actor } from '#server/schema/access/actor.ts'
import { builder } from '#server/schema/builder.ts'
import { EntityCheckRef } from '#server/schema/entity/entity-inspection.ts'
import { TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'
import { displayName } from '#server/services/entity/display-name.ts'
import { readChecks } from '#server/services/request/check.ts'
import { findCompeting } from '#server/services/request/competing.ts'
import {
  type RequestKind,
  type RequestState,
  requestKinds,
  type StepAction,
} from '#server/services/request/input.ts'

const kinds: Record<RequestKind, string> = {
  REGISTER: 'To register an entity.',
  CHANGE: 'To change the keys or the metadata that are recorded about an entity.',
  TRUST_MARK: 'To issue a Trust Mark to an entity.',
  WITHDRAW: 'To remove an entity from the federation.',
}

export const RequestKindEnum = builder.enumType('RequestKind', {
  description: 'What a request is for.',
  values: Object.fromEntries(requestKinds.map((kind) => [kind, { description: kinds[kind] }])) as {
    [kind in RequestKind]: { description: string }
  },
})

export const RequestStateEnum = builder.enumType('RequestState', {
  description: 'The state of a request. In the first two it is open.',
  values: {
    WAITING_FOR_OPERATOR: { description: 'An operator decides it.' },
    WAITING_FOR_MEMBER: { description: 'The organization is asked to answer or change something.' },
    APPROVED: { description: 'It was approved and executed.' },
    REFUSED: { description: 'It was refused; the last step says why.' },
    WITHDRAWN: { description: 'The organization withdrew it.' },
  } satisfies Record<RequestState, { description: string }>,
})

const RequestStepActionEnum = builder.enumType('RequestStepAction', {
  description: 'What someone did with a request.',
  values: {
    SUBMITTED: { description: 'Placed it.' },
    COMMENTED: { description: 'Wrote a comment.' },
    RETURNED: { description: 'Asked the organization for something.' },
    APPROVED: { description: 'Approved it.' },
    REFUSED: { description: 'Refused it.' },
    WITHDRAWN: { description: 'Withdrew it.' },
  } satisfies Record<StepAction, { description: string }>,
})

const scopes = { read: true, member: true }

/** How many others are shown. */
const MAXIMUM_COMPETING = 20

/** Parsed when it was written. */
function nameIn(recorded: unknown): string | null {
  const metadata = isJsonObject(recorded) ? recorded.metadata : null
  return isJsonObject(metadata) ? displayName(metadata as Metadata) : null
}

const RequestStep = builder.prismaObject('RequestStep', {
  description: 'What someone did with a request, and wrote.',
  authScopes: scopes,
  select: { id: true },
  fields: (t) => ({
    action: t.field({
      type: RequestStepActionEnum,
      description: 'What was done.',
      select: { action: true },
      resolve: ({ action }) => action as StepAction, // written from the table
    }),
    byMember: t.exposeBoolean('byMember'),
    actor: t.field({
      type: Actor,
      nullable: true,
      description: 'Who; null for operators, where the caller is a member.',
      select: { actor: true, byMember: true },
      resolve: ({ actor, byMember }, _args, { caller }) =>
        byMember || (caller && callerMay(caller, 'read')) ? actor : null,
    }),
    text: t.exposeString('text', { nullable: true, description: 'The comment or reason.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
})

export const RequestRef = builder.prismaNode('Request', {
  nullable: true,
  id: { field: 'id' },
  // Without `select`, a mutation returns the row that it wrote; only relations are loaded.
  description: 'What an organization asks of the operators of an anchor.',
  authScopes: scopes,
  fields: (t) => ({
    anchor: t.field({
      type: TrustAnchor,
      description: 'The anchor.',
      resolve: (_row, _args, { db }) => readSettings(db),
    }),
    kind: t.field({
      type: RequestKindEnum,
      description: 'What it is for.',
      resolve: ({ kind }) => kind as RequestKind, // written from the table
    }),
    state: t.field({
      type: RequestStateEnum,
      description: 'Its state.',
      resolve: ({ state }) => state as RequestState, // written from the table
    }),
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'The entity that it is about.' }),
    entityName: t.string({
      nullable: true,
      description: 'Its display name: as it is registered, or else as it is asked for; null: none is known.',
      resolve: async ({ entityId, changes, declared }, _args, { nameOf }) =>
        (await nameOf(entityId)) ?? nameIn(changes) ?? nameIn(declared),
    }),
    organization: t.relation('organization', { nullable: true }),
    organizationName: t.string({
      nullable: true,
      description: 'The name of the organization; null for an entity of none.',
      select: { organization: { select: { name: true } } },
      resolve: ({ organization }) => organization?.name ?? null,
    }),
    trustMarkType: t.expose('trustMarkType', { type: 'URL', nullable: true }),
    changes: t.expose('changes', { type: 'JSON' }),
    declared: t.expose('declared', { type: 'JSON', nullable: true }),
    checks: t.field({
      type: [EntityCheckRef],
      description: 'The checks as run at submission; none where the entity is not fetched.',
      resolve: ({ checks }) => readChecks(checks),
    }),
    approvalChecks: t.field({
      type: [EntityCheckRef],
      nullable: true,
      description: 'The checks as run when an operator approved it, or tried to; null: none did.',
      resolve: ({ approvalChecks }) => (approvalChecks === null ? null : readChecks(approvalChecks)),
    }),
    steps: t.relation('steps', { type: RequestStep, query: { orderBy: { id: 'asc' } } }),
    submittedBy: t.expose('submittedBy', { type: Actor, description: 'Who submitted it.' }),
    assignee: t.field({
      type: Actor,
      nullable: true,
      description: 'The operator who handles it; null: none does, or the caller is a member.',
      select: { assignee: { select: { username: true } } },
      resolve: ({ assignee }, _args, { caller }) =>
        caller && callerMay(caller, 'read') ? (assignee?.username ?? null) : null,
    }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime', description: 'When it was submitted.' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it changed last.' }),
    version: t.exposeInt('version'),
  }),
})

builder.prismaObjectField(RequestRef, 'subordinate', (t) =>
  t.prismaField({
    type: 'Subordinate',
    nullable: true,
    description: 'The entity as it is registered, for operators; null if it is not.',
    authScopes: { read: true },
    select: { entityId: true },
    resolve: (query, { entityId }, _args, { db }) =>
      db.subordinate.findUnique({ ...query, where: { entityId } }),
  }),
)

builder.prismaObjectField(RequestRef, 'competing', (t) =>
  t.field({
    type: [RequestRef],
    description:
      'The other open requests to register the same entity, the oldest first, 20 at most; for operators, empty for members. An operator decides which one counts.',
    select: { id: true, kind: true, entityId: true, state: true },
    resolve: async (request, _args, { db, caller }) => {
      if (!caller || !callerMay(caller, 'read')) return []
      return (await findCompeting(db, request)).slice(0, MAXIMUM_COMPETING)
    },
  }),
)
