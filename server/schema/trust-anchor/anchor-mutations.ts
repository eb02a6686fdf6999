/** The mutations that create, pause and remove anchors. */
import type { Anchor } from '#server/anchors/anchor.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { SigningAlgorithm } from '#server/schema/signing-key/signing-algorithm.ts'
import { Environment, TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'

const { InvalidInputError, ConflictError, NotFoundError, EntityRejectedError, KeyDirectoryReadOnlyError } =
  failures

const about = (describes: string) => ({
  describes,
  fields: (t: InputFields) => ({
    anchor: t.string({ required: true, description: 'Its slug or Entity Identifier.' }),
  }),
})

const RemoveTrustAnchorSuccess = builder
  .objectRef<{ slug: string; entityId: string | null }>('RemoveTrustAnchorSuccess')
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

operation('createTrustAnchor', {
  describes:
    'Creates an anchor with its own keys, settings, members and addresses. The federation server serves it within seconds.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'An anchor to create.',
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
  },
  result: TrustAnchor,
  errors: [InvalidInputError, ConflictError, EntityRejectedError, KeyDirectoryReadOnlyError],
  async run(input, context, info) {
    const anchor = await context.installation.anchorChanges.create(context.caller, input)
    return settingsOf(anchor, context, info)
  },
})

operation('makeIntermediate', {
  describes:
    'Makes an anchor an Intermediate under another anchor of this installation: sets its authority hint, and registers it there.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'An anchor and its superior, both of this installation.',
    fields: (t) => ({
      anchor: t.string({ required: true, description: 'The slug or Entity Identifier of the anchor.' }),
      superior: t.string({ required: true, description: 'The slug or Entity Identifier of its superior.' }),
    }),
  },
  result: TrustAnchor,
  errors: [ConflictError, NotFoundError, EntityRejectedError],
  async run(input, context, info) {
    const anchor = await context.installation.anchorChanges.join(context.caller, input.anchor, input.superior)
    return settingsOf(anchor, context, info)
  },
})

operation('pauseTrustAnchor', {
  describes: 'Pauses an anchor: its endpoints answer 503 until it is resumed. Nothing else stops.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: about('The anchor to pause.'),
  result: TrustAnchor,
  errors: [ConflictError, NotFoundError],
  run: async (input, context, info) =>
    settingsOf(await context.installation.anchorChanges.pause(context.caller, input.anchor), context, info),
})

operation('resumeTrustAnchor', {
  describes: 'Resumes an anchor that was paused.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: about('The anchor to resume.'),
  result: TrustAnchor,
  errors: [ConflictError, NotFoundError],
  run: async (input, context, info) =>
    settingsOf(await context.installation.anchorChanges.resume(context.caller, input.anchor), context, info),
})

operation('removeTrustAnchor', {
  describes:
    'Removes an anchor without members and Trust Mark types, with its settings, runs, published data and the organizations that no other anchor admits. Its key directory stays. The configured anchor cannot be removed.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: about('The anchor to remove.'),
  result: RemoveTrustAnchorSuccess,
  errors: [ConflictError, NotFoundError],
  run: ({ anchor }, { installation: { anchorChanges }, caller }) => anchorChanges.remove(caller, anchor),
})

/** The fields of the result are about that anchor. */
function settingsOf(
  anchor: Anchor,
  context: Parameters<typeof contextOf>[0],
  info: Parameters<typeof scopeField>[0],
) {
  scopeField(info, contextOf(context, anchor))
  return anchor.services.trustAnchor.settings()
}
