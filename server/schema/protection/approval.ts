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
    REFUSED: { description: 'Another person refused it.' },
    WITHDRAWN: { description: 'Its requester withdrew it.' },
    EXPIRED: { description: 'No one approved it in time.' },
  } satisfies Record<ApprovalState, { description: string }>,
})

const ChangeCommentRef = builder.objectRef<ChangeComment>('ChangeComment').implement({
  description: 'A comment about an approval.',
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
    anchorSlug: t.exposeString('anchor', {
      nullable: true,
      description: 'The slug of the anchor that it changes; null: it changes the installation.',
    }),
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
    before: t.expose('before', {
      type: 'JSON',
      nullable: true,
      description: 'What it changes, as it was when the change was asked for; null: nothing was there.',
    }),
    after: t.expose('after', {
      type: 'JSON',
      nullable: true,
      description: 'The same after the change; null: nothing is there.',
    }),
    effect: t.expose('effect', {
      type: 'JSON',
      nullable: true,
      description:
        'What it does, which the approver signs: `action`, `resource`, and `fields` with `before` and `after` of each field that changes. Another object that changes too, such as a Trust Mark of a removed subordinate, is a field by its natural key. An execution that would do something else changes nothing. Null: an earlier version kept it.',
    }),
    previousEffect: t.expose('previousEffect', {
      type: 'JSON',
      nullable: true,
      description:
        'The effect that was shown before, if it is another one now; null: it is as it was asked for.',
    }),
    movedAt: t.expose('movedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was found that the effect is another one; null: it is as it was asked for.',
    }),
    state: t.field({
      type: ApprovalStateEnum,
      description: 'Its state.',
      resolve: (row, _args, { approvals }) => approvals.stateOf(row),
    }),
    requestedBy: t.expose('requestedBy', { type: Actor, description: 'Who asked for it.' }),
    requestedMethod: t.field({
      type: CallerMethodEnum,
      description: 'How the requester authenticated.',
      resolve: ({ requestedMethod }) => requestedMethod as CallerMethod, // written from a caller
    }),
    keyCreatedBy: t.expose('keyCreatedBy', {
      type: Actor,
      nullable: true,
      description:
        'Who created the API key that asked for it, and cannot approve it either; null: no key asked.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'The reason that the requester gave; null: none.',
    }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'When it was asked for.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it can be approved.' }),
    decidedBy: t.expose('decidedBy', {
      type: Actor,
      nullable: true,
      description: 'Who approved, refused, withdrew or overrode it; null: no one did.',
    }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When that was.',
    }),
    passkeyKnownSince: t.expose('passkeyKnownSince', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the passkey that signed the approval was registered; null: no one approved it, or an earlier version kept it.',
    }),
    message: t.exposeString('message', { nullable: true, description: 'The reason of the decision.' }),
    comments: t.field({
      type: [ChangeCommentRef],
      description: 'What people said about it, the oldest first, at most 100.',
      resolve: (row) => commentsOf(row),
    }),
    overrideBy: t.expose('overrideBy', {
      type: Actor,
      nullable: true,
      description:
        'The administrator who wants to execute it without a second person after a delay; null: no one.',
    }),
    overrideAt: t.expose('overrideAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'The time from which `overrideBy` can execute it, unless another person refuses; null: no one wants to.',
    }),
    overrideObstacle: t.string({
      nullable: true,
      description:
        'Why the viewer may not execute it without a second person now; null: nothing is in the way.',
      resolve: (row, _args, { approvals, caller }) => caller && approvals.overrideObstacle(caller, row),
    }),
    overridden: t.exposeBoolean('overridden', {
      description: 'Whether it was executed without a second person.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why its last execution failed and changed nothing; null: none did.',
    }),
    hash: t.exposeString('hash', {
      description: 'SHA-256 of its content, base64url. The passkey of the approver signs it.',
    }),
    obstacle: t.string({
      nullable: true,
      description: 'Why the viewer may not approve it; null: nothing is in the way.',
      resolve: (row, _args, { approvals, caller }) => caller && approvals.obstacle(caller, row),
    }),
    refusalObstacle: t.string({
      nullable: true,
      description: 'Why the viewer may neither refuse nor withdraw it; null: nothing is in the way.',
      resolve: (row, _args, { approvals, caller }) => caller && approvals.refusalObstacle(caller, row),
    }),
    signingOptions: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The options with which the viewer’s browser signs it, for `PublicKeyCredential.parseRequestOptionsFromJSON`; null for API keys.',
      resolve: (row, _args, { approvals, caller }) => {
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
