/** The mutations of requests: members submit and withdraw, operators decide, both comment. */
import { countAttempt } from '#server/auth/throttle.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { keyOrNull, nodeId, requireCaller } from '#server/schema/input.ts'
import { versionRead } from '#server/schema/input-fields.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { RequestKindEnum, RequestRef } from '#server/schema/request/request.ts'
import { accessRequest } from '#server/schema/request/request-access.ts'
import { MAXIMUM_TEXT } from '#server/services/request/input.ts'

const { InvalidInputError, ConflictError, EntityRejectedError, TooManyRequestsError } = failures
const refusals = [InvalidInputError, ConflictError, failures.NotFoundError]

const RequestChangesInput = builder.inputType('RequestChangesInput', {
  description: 'What to record about the entity: an absent field stays as it is.',
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

const answerFields = (t: InputFields) => ({
  id: t.id({ required: true, description: 'The request’s id.' }),
  version: versionRead(t),
})
const text = (t: InputFields, what: string, required: boolean) =>
  t.string({ required, description: `${what}, at most ${MAXIMUM_TEXT} characters.` })

operation('submitRequest', {
  describes:
    'Asks the operators of an anchor for something, at most ten times a minute. The entity is checked first, as they would check it; a request about one that fails is not placed. Where the operators let their pipelines approve it, it is approved at once.',
  scope: 'member',
  ofInstallation: true,
  input: {
    describes: 'A request to the operators of an anchor.',
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
        description: 'For a change: what to change. For a registration: what differs from what it publishes.',
      }),
      acceptedTerms: t.stringList({
        description: 'The hashes (`termsHash`) of the terms that the organization accepts.',
      }),
    }),
  },
  result: RequestRef,
  errors: [...refusals, EntityRejectedError, TooManyRequestsError],
  async run({ anchor, ...input }, context, info) {
    const organizationId = keyOrNull(input.organizationId, 'Organization') ?? 0
    const own = await context.installation.accounts.listOwnOrganizations(context.caller)
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
})

operation('approveRequest', {
  describes:
    'Checks the entity again, and executes what the request asks for, in the transaction of the decision. Refused for those who act for the organization.',
  scope: 'operate',
  input: {
    describes: 'The request, and a message to the organization.',
    fields: (t) => ({ ...answerFields(t), message: text(t, 'A message to the organization', false) }),
  },
  result: RequestRef,
  errors: [...refusals, EntityRejectedError],
  run: ({ id, version, message }, { services, caller }) =>
    services.requests.approve(caller, {
      id: nodeId(id, 'Request'),
      version,
      text: message,
    }),
})

operation('refuseRequest', {
  describes: 'Refuses a request. Nothing of it is executed.',
  scope: 'operate',
  input: {
    describes: 'The request, and why it is refused.',
    fields: (t) => ({
      ...answerFields(t),
      reason: text(t, 'The reason, which the organization reads', true),
    }),
  },
  result: RequestRef,
  errors: refusals,
  run: ({ id, version, reason }, { services, caller }) =>
    services.requests.refuse(caller, {
      id: nodeId(id, 'Request'),
      version,
      text: reason,
    }),
})

operation('returnRequest', {
  describes: 'Asks the organization for something. The request waits until it answers.',
  scope: 'operate',
  input: {
    describes: 'The request, and what the organization is asked to do or answer.',
    fields: (t) => ({ ...answerFields(t), message: text(t, 'What it is asked to do or answer', true) }),
  },
  result: RequestRef,
  errors: refusals,
  run: ({ id, version, message }, { services, caller }) =>
    services.requests.returnToMember(caller, {
      id: nodeId(id, 'Request'),
      version,
      text: message,
    }),
})

operation('withdrawRequest', {
  describes: 'Withdraws a request of an organization for which the caller acts.',
  scope: 'member',
  ofInstallation: true,
  input: {
    describes: 'The request, and a message to the operators.',
    fields: (t) => ({ ...answerFields(t), message: text(t, 'A message to the operators', false) }),
  },
  result: RequestRef,
  errors: refusals,
  async run(input, context, info) {
    const { scoped, id, byMember } = await accessRequest(context, input.id, 'read')
    if (!byMember) throw new NotFoundError('There is no such request.', 'id')
    scopeField(info, scoped)
    return scoped.services.requests.withdraw(requireCaller(scoped), {
      id,
      version: input.version,
      text: input.message,
    })
  },
})

operation('commentRequest', {
  describes:
    'Adds a comment. That of someone of the organization gives a returned request back to the operators.',
  scope: { known: true, member: true },
  ofInstallation: true,
  input: {
    describes: 'The request, and a comment.',
    fields: (t) => ({ ...answerFields(t), text: text(t, 'The comment', true) }),
  },
  result: RequestRef,
  errors: refusals,
  async run(input, context, info) {
    const { scoped, id, byMember } = await accessRequest(context, input.id, 'operate')
    scopeField(info, scoped)
    const { version, text } = input
    return scoped.services.requests.comment(requireCaller(scoped), { id, version, text, byMember })
  },
})
