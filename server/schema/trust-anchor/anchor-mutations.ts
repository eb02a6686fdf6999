/** The mutations that create, pause and remove anchors. */
import type { Anchor } from '#server/anchors/anchor.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { requireRecentCaller } from '#server/schema/input.ts'
import { SigningAlgorithm } from '#server/schema/signing-key/signing-algorithm.ts'
import { Environment, TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'

const {
  InvalidInputError,
  ConflictError,
  NotFoundError,
  EntityRejectedError,
  KeyDirectoryReadOnlyError,
  ReauthenticationRequiredError,
} = failures

const CreateTrustAnchorInput = builder.inputType('CreateTrustAnchorInput', {
  description: 'An anchor to create.',
  fields: (t) => ({
    slug: t.string({
      required: true,
      description:
        'Its short name, which never changes: 1 to 32 lower-case letters, digits and hyphens. Its keys are in the folder of this name.',
    }),
    entityId: t.field({
      type: 'EntityIdentifier',
      required: true,
      description: 'Its Entity Identifier, which never changes. Its host must reach the federation server.',
    }),
    displayName: t.string({
      required: true,
      description: 'Its name for its operators. It is not published.',
    }),
    environment: t.field({ type: Environment, description: 'What it is for.' }),
    color: t.string({ description: 'The color that marks it in the console, as `#rrggbb`.' }),
    superior: t.string({
      description:
        'An anchor of this installation under which it becomes an Intermediate, by slug or Entity Identifier.',
    }),
    alg: t.field({
      type: SigningAlgorithm,
      description: 'The algorithm of its first key, if its folder has none; ES256 by default.',
    }),
  }),
})

const anchorInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      anchor: t.string({ required: true, description: 'Its slug or Entity Identifier.' }),
    }),
  })

const PauseTrustAnchorInput = anchorInput('PauseTrustAnchorInput', 'The anchor to pause.')
const ResumeTrustAnchorInput = anchorInput('ResumeTrustAnchorInput', 'The anchor to resume.')
const RemoveTrustAnchorInput = anchorInput('RemoveTrustAnchorInput', 'The anchor to remove.')

const MakeIntermediateInput = builder.inputType('MakeIntermediateInput', {
  description: 'An anchor and its superior, both of this installation.',
  fields: (t) => ({
    anchor: t.string({ required: true, description: 'The slug or Entity Identifier of the anchor.' }),
    superior: t.string({ required: true, description: 'The slug or Entity Identifier of its superior.' }),
  }),
})

const RemovedTrustAnchor = builder
  .objectRef<{ slug: string; entityId: string | null }>('RemovedTrustAnchor')
  .implement({
    description: 'An anchor that was removed.',
    authScopes: { administer: true },
    fields: (t) => ({
      slug: t.exposeString('slug', { description: 'Its short name.' }),
      entityId: t.expose('entityId', {
        type: 'EntityIdentifier',
        nullable: true,
        description: 'Its Entity Identifier.',
      }),
    }),
  })

const ofInstallation = { extensions: { ofInstallation: true as const }, authScopes: { administer: true } }

builder.mutationFields((t) => ({
  createTrustAnchor: t.field({
    ...ofInstallation,
    type: TrustAnchor,
    description:
      'Creates an anchor with its own keys, settings, members and addresses. The federation server serves it within seconds.',
    errors: {
      types: [
        InvalidInputError,
        ConflictError,
        EntityRejectedError,
        KeyDirectoryReadOnlyError,
        ReauthenticationRequiredError,
      ],
    },
    args: { input: t.arg({ type: CreateTrustAnchorInput, required: true, description: 'The anchor.' }) },
    resolve: async (_root, { input }, context, info) => {
      const anchor = await context.anchorChanges.create(requireRecentCaller(context), input)
      return settingsOf(anchor, context, info)
    },
  }),
  makeIntermediate: t.field({
    ...ofInstallation,
    type: TrustAnchor,
    description:
      'Makes an anchor an Intermediate under another anchor of this installation: sets its authority hint, and registers it there.',
    errors: {
      types: [ConflictError, NotFoundError, EntityRejectedError, ReauthenticationRequiredError],
    },
    args: { input: t.arg({ type: MakeIntermediateInput, required: true, description: 'Both anchors.' }) },
    resolve: async (_root, { input }, context, info) => {
      const caller = requireRecentCaller(context)
      const anchor = await context.anchorChanges.join(caller, input.anchor, input.superior)
      return settingsOf(anchor, context, info)
    },
  }),
  pauseTrustAnchor: t.field({
    ...ofInstallation,
    type: TrustAnchor,
    description: 'Pauses an anchor: its endpoints answer 503 until it is resumed. Nothing else stops.',
    errors: { types: [ConflictError, NotFoundError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: PauseTrustAnchorInput, required: true, description: 'The anchor.' }) },
    resolve: async (_root, { input }, context, info) => {
      const anchor = await context.anchorChanges.pause(requireRecentCaller(context), input.anchor)
      return settingsOf(anchor, context, info)
    },
  }),
  resumeTrustAnchor: t.field({
    ...ofInstallation,
    type: TrustAnchor,
    description: 'Resumes an anchor that was paused.',
    errors: { types: [ConflictError, NotFoundError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: ResumeTrustAnchorInput, required: true, description: 'The anchor.' }) },
    resolve: async (_root, { input }, context, info) => {
      const anchor = await context.anchorChanges.resume(requireRecentCaller(context), input.anchor)
      return settingsOf(anchor, context, info)
    },
  }),
  removeTrustAnchor: t.field({
    ...ofInstallation,
    type: RemovedTrustAnchor,
    description:
      'Removes an anchor without members and Trust Mark types, with its settings, runs, published data and the organizations that no other anchor admits. Its key directory stays. The configured anchor cannot be removed.',
    errors: { types: [ConflictError, NotFoundError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: RemoveTrustAnchorInput, required: true, description: 'The anchor.' }) },
    resolve: (_root, { input }, context) =>
      context.anchorChanges.remove(requireRecentCaller(context), input.anchor),
  }),
}))

/** The fields of the result are about that anchor. */
function settingsOf(
  anchor: Anchor,
  context: Parameters<typeof contextOf>[0],
  info: Parameters<typeof scopeField>[0],
) {
  scopeField(info, contextOf(context, anchor))
  return anchor.services.trustAnchor.settings()
}
