/** Trust Mark types that this anchor issues (§7). */
import { defaultTerms } from '#core/defaults.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireCaller } from '#server/schema/input.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

export const TrustMarkTypeRef = builder.prismaNode('TrustMarkType', {
  nullable: true,
  id: { field: 'id' },
  // Without `select`, a mutation returns the columns of the row that it wrote; only relations are loaded.
  description: 'A Trust Mark type that this Trust Anchor issues.',
  authScopes: { read: true },
  fields: (t) => ({
    type: t.expose('type', {
      type: 'URL',
      description: 'Its identifier, unique across federations.',
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'A human-readable description of what it certifies.',
    }),
    active: t.exposeBoolean('active', {
      description:
        'Whether marks can be issued and are served, and the type is listed in trust_mark_issuers. Marks of a type that is not active are invalid.',
    }),
    autorenew: t.exposeBoolean('autorenew', {
      description: 'The default for automatic renewal of its marks.',
    }),
    validFor: t.exposeInt('validFor', { description: 'The validity of a mark in hours.' }),
    renewalTime: t.exposeInt('renewalTime', {
      description: 'Hours before expiry at which a mark is renewed.',
    }),
    logoUri: t.expose('logoUri', { type: 'URL', nullable: true, description: 'The logo of the mark.' }),
    ref: t.expose('ref', { type: 'URL', nullable: true, description: 'A link to the requirements.' }),
    owner: t.expose('owner', {
      type: 'JSON',
      nullable: true,
      description:
        'The Trust Mark Owner as {sub, jwks}, if it is another entity; marks then need a delegation (§7.2). For this anchor itself, its own keys count and it delegates automatically.',
    }),
    activeMarks: t.int({
      description: 'The number of entities that hold a valid mark of this type.',
      select: (_args, { now }) => ({
        _count: { select: { trustMarks: { where: { active: true, expiresAt: { gt: now() } } } } },
      }),
      resolve: ({ _count }) => _count.trustMarks,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    version: t.exposeInt('version', {
      description: 'The number of changes. Send it with an update to detect a concurrent change.',
    }),
  }),
})

builder.queryFields((t) => ({
  trustMarkType: t.prismaField({
    type: 'TrustMarkType',
    nullable: true,
    description: 'A Trust Mark type, by its identifier.',
    authScopes: { read: true },
    args: { type: t.arg({ type: 'URL', required: true, description: 'The identifier of the type.' }) },
    resolve: (query, _root, { type }, { db }) => db.trustMarkType.findUnique({ ...query, where: { type } }),
  }),
}))

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

/** The input fields of creating and updating. */
function typeFields(t: InputFields) {
  return {
    autorenew: t.boolean({ description: 'Whether marks are renewed automatically; true by default.' }),
    validFor: t.int({ description: `The validity of a mark in hours; ${defaultTerms.validFor} by default.` }),
    renewalTime: t.int({
      description: `Hours before expiry at which a mark is renewed; ${defaultTerms.renewalTime} by default.`,
    }),
    active: t.boolean({ description: 'Whether marks can be issued and are served; true by default.' }),
    description: t.string({ description: 'A human-readable description of what it certifies.' }),
    logoUri: t.field({ type: 'URL', description: 'The logo of the mark.' }),
    ref: t.field({ type: 'URL', description: 'A link to the requirements.' }),
    owner: t.field({
      type: 'JSON',
      description: 'The Trust Mark Owner as {sub, jwks}, if it is another entity.',
    }),
  }
}

const CreateTrustMarkTypeInput = builder.inputType('CreateTrustMarkTypeInput', {
  description: 'A Trust Mark type to create.',
  fields: (t) => ({
    type: t.field({
      type: 'URL',
      required: true,
      description: 'Its identifier, unique across federations.',
    }),
    ...typeFields(t),
  }),
})

const UpdateTrustMarkTypeInput = builder.inputType('UpdateTrustMarkTypeInput', {
  description:
    'Changes: an absent field keeps its value, null resets it to its default. Issued marks do not change.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The type’s id.' }),
    version: t.int({
      description: 'The version that was read; the mutation fails with CONFLICT after another change.',
    }),
    ...typeFields(t),
  }),
})

const RemoveTrustMarkTypeInput = builder.inputType('RemoveTrustMarkTypeInput', {
  description: 'The Trust Mark type.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The type’s id.' }) }),
})

builder.mutationFields((t) => ({
  createTrustMarkType: t.field({
    type: TrustMarkTypeRef,
    description: 'Creates a Trust Mark type and lists this anchor among its issuers.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError] },
    args: {
      input: t.arg({
        type: CreateTrustMarkTypeInput,
        required: true,
        description: 'The Trust Mark type to create.',
      }),
    },
    resolve: (_root, { input }, context) =>
      context.services.trustMarkTypes.create(requireCaller(context), input),
  }),
  updateTrustMarkType: t.field({
    type: TrustMarkTypeRef,
    description: 'Changes a Trust Mark type. Issued marks do not change.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError] },
    args: {
      input: t.arg({ type: UpdateTrustMarkTypeInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { input }, context) => {
      const id = nodeId(input.id, 'TrustMarkType')
      return context.services.trustMarkTypes.update(requireCaller(context), { ...input, id })
    },
  }),
  removeTrustMarkType: t.field({
    type: 'URL',
    description: 'Removes a Trust Mark type without issued marks. Returns its identifier.',
    authScopes: { operate: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: {
      input: t.arg({ type: RemoveTrustMarkTypeInput, required: true, description: 'The Trust Mark type.' }),
    },
    resolve: (_root, { input }, context) =>
      context.services.trustMarkTypes.remove(requireCaller(context), nodeId(input.id, 'TrustMarkType')),
  }),
}))
