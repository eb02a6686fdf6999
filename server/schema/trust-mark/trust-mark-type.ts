/** Trust Mark types that this anchor issues (§7). */
import { defaultTerms } from '#core/defaults.ts'
import type { TrustMarkOwner } from '#core/trust-mark/index.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { fieldsOf, outputsOf } from '#server/schema/fields-of.ts'
import { encodeNodeId } from '#server/schema/global-id.ts'
import { nodeId } from '#server/schema/input.ts'
import { byId, versionRead } from '#server/schema/input-fields.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { trustMarkTypeFields } from '#server/services/trust-mark/trust-mark-types.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

const TrustMarkOwnerRef = builder
  .objectRef<Pick<TrustMarkOwner, 'sub' | 'jwks'>>('TrustMarkOwner')
  .implement({
    description: 'The owner of a Trust Mark type (§7.2).',
    authScopes: { known: true, member: true },
    fields: (t) => ({
      sub: t.expose('sub', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
      jwks: t.expose('jwks', { type: 'JWKS', description: 'The keys that sign its delegations.' }),
    }),
  })

export const TrustMarkTypeRef = builder.prismaNode('TrustMarkType', {
  nullable: true,
  id: { field: 'id' },
  // Without `select`, a mutation returns the columns of the row that it wrote; only relations are loaded.
  description: 'A Trust Mark type that this Trust Anchor issues.',
  authScopes: { read: true },
  fields: (t) => ({
    type: t.expose('type', { type: 'URL' }),
    ...outputsOf(t, trustMarkTypeFields),
    autorenew: t.exposeBoolean('autorenew'),
    validFor: t.exposeInt('validFor', { description: 'The validity of a mark in hours.' }),
    renewalTime: t.exposeInt('renewalTime'),
    owner: t.field({
      type: TrustMarkOwnerRef,
      nullable: true,
      select: { owner: true },
      resolve: ({ owner }) => owner as TrustMarkOwner | null, // validated before it was stored
      description:
        'The Trust Mark Owner, if it is another entity; marks then need a delegation (§7.2). For this anchor itself, its own keys count and it delegates automatically.',
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
    version: t.exposeInt('version'),
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

/** The input fields of creating and updating. */
function typeFields(t: InputFields) {
  return {
    autorenew: t.boolean({ description: 'Whether marks are renewed automatically; true by default.' }),
    validFor: t.int({ description: `The validity of a mark in hours; ${defaultTerms.validFor} by default.` }),
    renewalTime: t.int({
      description: `Hours before expiry at which a mark is renewed; ${defaultTerms.renewalTime} by default.`,
    }),
    ...fieldsOf(t, trustMarkTypeFields),
    owner: t.field({
      type: 'JSON',
      description: 'The Trust Mark Owner as {sub, jwks}, if it is another entity.',
    }),
  }
}

operation('createTrustMarkType', {
  describes: 'Creates a Trust Mark type and lists this anchor among its issuers.',
  scope: 'operate',
  input: {
    describes: 'A Trust Mark type to create.',
    fields: (t) => ({
      type: t.field({
        type: 'URL',
        required: true,
        description: 'Its identifier, unique across federations.',
      }),
      ...typeFields(t),
    }),
  },
  result: TrustMarkTypeRef,
  errors: [InvalidInputError, ConflictError],
  run: (input, { services, caller }) => services.trustMarkTypes.create(caller, input),
})

operation('updateTrustMarkType', {
  describes: 'Changes a Trust Mark type. Issued marks do not change.',
  scope: 'operate',
  input: {
    describes:
      'Changes: an absent field keeps its value, null resets it to its default. Issued marks do not change.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The type’s id.' }),
      version: versionRead(t),
      ...typeFields(t),
    }),
  },
  result: TrustMarkTypeRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run(input, { services, caller }) {
    const id = nodeId(input.id, 'TrustMarkType')
    return services.trustMarkTypes.update(caller, { ...input, id })
  },
})

operation('removeTrustMarkType', {
  describes: 'Removes a Trust Mark type without issued marks. Returns its identifier.',
  scope: 'operate',
  input: byId('type', 'The Trust Mark type.'),
  result: ['ID'],
  noun: 'ids',
  errors: [ConflictError, NotFoundError],
  async run(input, context) {
    const id = nodeId(input.id, 'TrustMarkType')
    await context.services.trustMarkTypes.remove(context.caller, id)
    return [encodeNodeId('TrustMarkType', id, context.anchor)]
  },
})
