/** The mutations of requests: members submit and withdraw, operators decide, both comment. */
import { countAttempt } from '#server/auth/address-throttle.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { keyOrNull, nodeId, requireCaller } from '#server/schema/input.ts'
import { RequestKindEnum, RequestRef } from '#server/schema/request/request.ts'
import { accessRequest } from '#server/schema/request/request-access.ts'
import { MAXIMUM_TEXT } from '#server/services/request/input.ts'

const { InvalidInputError, ConflictError, EntityRejectedError, TooManyRequestsError } = failures
const refusals = [InvalidInputError, ConflictError, failures.NotFoundError]

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

const RequestChangesInput = builder.inputType('RequestChangesInput', {
  description: 'What shall be recorded about the entity: an absent field stays as it is.',
  fields: (t) => ({
    jwks: t.field({
      type: 'JWKS',
      description: 'Its keys; null: those of its Entity Configuration.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: 'Its metadata, by Entity Type; null: what it declares.',
    }),
  }),
})

const SubmitRequestInput = builder.inputType('SubmitRequestInput', {
  description: 'A request to the operators of an anchor.',
  fields: (t) => ({
    anchor: t.string({
      description: 'The slug of the anchor. Where one anchor admits the organization, it is that one.',
    }),
    kind: t.field({ type: RequestKindEnum, required: true, description: 'What it is for.' }),
    entityId: t.field({ type: 'EntityIdentifier', required: true, description: 'The entity.' }),
    organizationId: t.id({ required: true, description: 'The organization for which the caller acts.' }),
    trustMarkType: t.field({ type: 'URL', description: 'The type of the Trust Mark that is asked for.' }),
    message: t.string({ description: `A message to the operators, at most ${MAXIMUM_TEXT} characters.` }),
    changes: t.field({
      type: RequestChangesInput,
      description:
        'For a change: what shall change. For a registration: what differs from what it publishes.',
    }),
    acceptedTerms: t.stringList({
      description: 'The hashes (`termsHash`) of the terms that the organization accepts.',
    }),
  }),
})

const answerFields = (t: InputFields) => ({
  id: t.id({ required: true, description: 'The request’s id.' }),
  version: t.int({
    description: 'The version that was read; the mutation fails with CONFLICT after another change.',
  }),
})
const text = (t: InputFields, what: string, required: boolean) =>
  t.string({ required, description: `${what}, at most ${MAXIMUM_TEXT} characters.` })

const ApproveRequestInput = builder.inputType('ApproveRequestInput', {
  description: 'The request, and a message to the organization.',
  fields: (t) => ({ ...answerFields(t), message: text(t, 'A message to the organization', false) }),
})
const RefuseRequestInput = builder.inputType('RefuseRequestInput', {
  description: 'The request, and why it is refused.',
  fields: (t) => ({ ...answerFields(t), reason: text(t, 'The reason, which the organization reads', true) }),
})
const ReturnRequestInput = builder.inputType('ReturnRequestInput', {
  description: 'The request, and what the organization shall do or answer.',
  fields: (t) => ({ ...answerFields(t), message: text(t, 'What it shall do or answer', true) }),
})
const WithdrawRequestInput = builder.inputType('WithdrawRequestInput', {
  description: 'The request, and a message to the operators.',
  fields: (t) => ({ ...answerFields(t), message: text(t, 'A message to the operators', false) }),
})
const CommentRequestInput = builder.inputType('CommentRequestInput', {
  description: 'The request, and a comment.',
  fields: (t) => ({ ...answerFields(t), text: text(t, 'The comment', true) }),
})

builder.mutationFields((t) => ({
  submitRequest: t.field({
    type: RequestRef,
    description:
      'Asks the operators of an anchor for something, at most ten times a minute. The entity is checked first, as they would check it; a request about one that fails is not placed. Where the operators let their pipelines approve it, it is approved at once.',
    authScopes: { member: true },
    extensions: { ofInstallation: true },
    errors: { types: [...refusals, EntityRejectedError, TooManyRequestsError] },
    args: { input: t.arg({ type: SubmitRequestInput, required: true, description: 'The request.' }) },
    resolve: async (_root, { input: { anchor, ...input } }, context, info) => {
      const organizationId = keyOrNull(input.organizationId, 'Organization') ?? 0
      const own = await context.accounts.listOwnOrganizations(requireCaller(context))
      const slugs = own.find(({ id }) => id === organizationId)?.anchors.map(({ anchorSlug }) => anchorSlug)
      if (!slugs) throw new NotFoundError('You act for no such organization.', 'organizationId')
      const slug = anchor ?? (slugs.length === 1 ? slugs[0] : undefined)
      const running = slug && slugs.includes(slug) ? context.anchors.find(slug)?.running : undefined
      if (!running)
        throw new NotFoundError(`Name an anchor that admits the organization: ${slugs.join(', ')}.`, 'anchor')
      const scoped = contextOf(context, running)
      scopeField(info, scoped)
      const caller = requireCaller(scoped)
      // Each fetches a configuration.
      await countAttempt(context.anchors.first.db, context.now, 'request', caller.name)
      return scoped.services.requests.submit(caller, { ...input, organizationId })
    },
  }),
  approveRequest: t.field({
    type: RequestRef,
    description:
      'Checks the entity again, and executes what the request asks for, in the transaction of the decision. Refused for those who act for the organization.',
    authScopes: { operate: true },
    errors: { types: [...refusals, EntityRejectedError] },
    args: { input: t.arg({ type: ApproveRequestInput, required: true, description: 'The decision.' }) },
    resolve: (_root, { input: { id, version, message } }, context) =>
      context.services.requests.approve(requireCaller(context), {
        id: nodeId(id, 'Request'),
        version,
        text: message,
      }),
  }),
  refuseRequest: t.field({
    type: RequestRef,
    description: 'Refuses a request. Nothing of it is executed.',
    authScopes: { operate: true },
    errors: { types: refusals },
    args: { input: t.arg({ type: RefuseRequestInput, required: true, description: 'The decision.' }) },
    resolve: (_root, { input: { id, version, reason } }, context) =>
      context.services.requests.refuse(requireCaller(context), {
        id: nodeId(id, 'Request'),
        version,
        text: reason,
      }),
  }),
  returnRequest: t.field({
    type: RequestRef,
    description: 'Asks the organization for something. The request waits until it answers.',
    authScopes: { operate: true },
    errors: { types: refusals },
    args: { input: t.arg({ type: ReturnRequestInput, required: true, description: 'The question.' }) },
    resolve: (_root, { input: { id, version, message } }, context) =>
      context.services.requests.returnToMember(requireCaller(context), {
        id: nodeId(id, 'Request'),
        version,
        text: message,
      }),
  }),
  withdrawRequest: t.field({
    type: RequestRef,
    description: 'Withdraws a request of an organization for which the caller acts.',
    authScopes: { member: true },
    extensions: { ofInstallation: true },
    errors: { types: refusals },
    args: { input: t.arg({ type: WithdrawRequestInput, required: true, description: 'The request.' }) },
    resolve: async (_root, { input }, context, info) => {
      const { scoped, id, byMember } = await accessRequest(context, input.id, 'read')
      if (!byMember) throw new NotFoundError('There is no such request.', 'id')
      scopeField(info, scoped)
      return scoped.services.requests.withdraw(requireCaller(scoped), {
        id,
        version: input.version,
        text: input.message,
      })
    },
  }),
  commentRequest: t.field({
    type: RequestRef,
    description:
      'Adds a comment. That of someone of the organization gives a returned request back to the operators.',
    authScopes: { known: true, member: true },
    extensions: { ofInstallation: true },
    errors: { types: refusals },
    args: { input: t.arg({ type: CommentRequestInput, required: true, description: 'The comment.' }) },
    resolve: async (_root, { input }, context, info) => {
      const { scoped, id, byMember } = await accessRequest(context, input.id, 'operate')
      scopeField(info, scoped)
      const { version, text } = input
      return scoped.services.requests.comment(requireCaller(scoped), { id, version, text, byMember })
    },
  }),
}))
