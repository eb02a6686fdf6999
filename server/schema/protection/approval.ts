/** Approvals: mutations that wait for a second person. */
import type { Approval } from '#prisma/generated/client/client.ts'
import type { CallerMethod } from '#server/identity/caller.ts'
import { Actor } from '#server/schema/access/actor.ts'
import { CallerMethodEnum } from '#server/schema/access/caller-method.ts'
import { AuditActionEnum } from '#server/schema/audit/audit-event-filter.ts'
import { builder } from '#server/schema/builder.ts'
import { mayRead } from '#server/schema/protection/approval-access.ts'
import { ProtectedOperationEnum } from '#server/schema/protection/protection.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { ApprovalState } from '#server/services/protection/approvals.ts'
import { type ChangeComment, commentsOf } from '#server/services/protection/discussion.ts'
import { isProtectedOperation } from '#server/services/protection/operation.ts'

export const ApprovalStateEnum = builder.enumType('ApprovalState', {
  description: 'The state of an approval.',
  values: {
    OPEN: { description: 'It waits for a second person.' },
    EXECUTED: { description: 'It was approved or overridden, and executed.' },
    REFUSED: { description: 'Two other people objected, or the rights of its requester have changed.' },
    WITHDRAWN: { description: 'Its requester withdrew it.' },
    EXPIRED: { description: 'No one approved it in time.' },
  } satisfies Record<ApprovalState, { description: string }>,
})

const ChangeCommentRef = builder.objectRef<ChangeComment>('ChangeComment').implement({
  description: 'A comment about an approval, or an objection.',
  authScopes: { known: true },
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When.', resolve: ({ at }) => new Date(at) }),
    by: t.expose('by', { type: Actor, description: 'Who.' }),
    text: t.exposeString('text', { description: 'What.' }),
  }),
})

/** What the mutation returned to the request that executed it. */
const results = new WeakMap<object, unknown>()

export function noteResult(row: Approval, result: unknown): Approval {
  results.set(row, result)
  return row
}

export const ApprovalRef = builder.prismaNode('Approval', {
  nullable: true,
  id: { field: 'id' },
  description: 'A protected mutation that waits for the approval of a second person, which executes it.',
  authScopes: (row, context) => mayRead(context, row),
  fields: (t) => ({
    anchorSlug: t.exposeString('anchor', { nullable: true }),
    operations: t.field({
      type: [ProtectedOperationEnum],
      description: 'The protected operations that it amounts to.',
      resolve: ({ operations }) => operations.filter(isProtectedOperation),
    }),
    mutation: t.exposeString('mutation', { description: 'The name of the mutation.' }),
    document: t.exposeString('document', { description: 'The GraphQL document as it was sent.' }),
    variables: t.expose('variables', { type: 'JSON', description: 'Its variables.' }),
    action: t.field({
      type: AuditActionEnum,
      description: 'The action that the audit log will record.',
      resolve: ({ action }) => action as AuditAction, // written from one
    }),
    resource: t.exposeString('resource', { description: 'What it changes, by its natural key.' }),
    before: t.expose('before', { type: 'JSON', nullable: true }),
    after: t.expose('after', { type: 'JSON', nullable: true }),
    effect: t.expose('effect', {
      type: 'JSON',
      nullable: true,
      description:
        'What it does, which the approver signs: `action`, `resource`, and `fields` with `before` and `after` of each field that changes. Another object that changes too, such as a Trust Mark of a removed subordinate, is a field by its natural key. An execution that would do something else changes nothing. Null: an earlier version kept it.',
    }),
    previousEffect: t.expose('previousEffect', { type: 'JSON', nullable: true }),
    movedAt: t.expose('movedAt', { type: 'DateTime', nullable: true }),
    state: t.field({
      type: ApprovalStateEnum,
      description: 'Its state.',
      resolve: (row, _args, { installation: { approvals } }) => approvals.stateOf(row),
    }),
    requestedBy: t.expose('requestedBy', { type: Actor, description: 'Who asked for it.' }),
    requestedMethod: t.field({
      type: CallerMethodEnum,
      description: 'How the requester authenticated.',
      resolve: ({ requestedMethod }) => requestedMethod as CallerMethod, // written from a caller
    }),
    keyCreatedBy: t.expose('keyCreatedBy', { type: Actor, nullable: true }),
    reason: t.exposeString('reason', { nullable: true }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'When it was asked for.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it can be approved.' }),
    decidedBy: t.expose('decidedBy', { type: Actor, nullable: true }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
    passkeyKnownSince: t.expose('passkeyKnownSince', { type: 'DateTime', nullable: true }),
    message: t.exposeString('message', { nullable: true }),
    comments: t.field({
      type: [ChangeCommentRef],
      description: 'What people said about it, the oldest first, at most 100.',
      resolve: (row) => commentsOf(row),
    }),
    objection: t.field({
      type: ChangeCommentRef,
      nullable: true,
      description: 'The objection of a person. Another person’s ends it; null: no one objected.',
      resolve: ({ objectedBy: by, objectedAt: at, objection }) =>
        by && at ? { by, at: at.toISOString(), text: objection ?? '' } : null,
    }),
    overrideBy: t.expose('overrideBy', { type: Actor, nullable: true }),
    overrideAt: t.expose('overrideAt', { type: 'DateTime', nullable: true }),
    overrideObstacle: t.string({
      nullable: true,
      description:
        'Why the viewer may not execute it without a second person now; null: nothing is in the way.',
      resolve: (row, _args, { installation: { approvals }, caller }) =>
        caller && approvals.overrideObstacle(caller, row),
    }),
    overridden: t.exposeBoolean('overridden'),
    lastError: t.exposeString('lastError', { nullable: true }),
    hash: t.exposeString('hash', {
      description: 'SHA-256 of its content, base64url. The passkey of the approver signs it.',
    }),
    obstacle: t.string({
      nullable: true,
      description: 'Why the viewer may not approve it; null: nothing is in the way.',
      resolve: (row, _args, { installation: { approvals }, caller }) =>
        caller && approvals.obstacle(caller, row),
    }),
    refusalObstacle: t.string({
      nullable: true,
      description: 'Why the viewer may neither refuse nor withdraw it; null: nothing is in the way.',
      resolve: (row, _args, { installation: { approvals }, caller }) =>
        caller && approvals.refusalObstacle(caller, row),
    }),
    signingOptions: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The options with which the viewer’s browser signs it, for `PublicKeyCredential.parseRequestOptionsFromJSON`; null for API keys.',
      resolve: (row, _args, { installation: { approvals }, caller }) => {
        const session = caller?.session
        return session ? approvals.signingOptions({ ...caller, session }, row) : null
      },
    }),
    result: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'What the mutation returned, in the answer of the mutation that executed it only; null elsewhere.',
      resolve: (row) => results.get(row) ?? null,
    }),
  }),
})
