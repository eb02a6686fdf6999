/** The Trust Anchor itself: its settings, its Entity Configuration, and its publication as a whole. */
import type { Settings } from '#prisma/generated/client/client.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { signEntityConfiguration } from '#server/publish/own-statements.ts'
import type { RebuildResult } from '#server/publish/rebuild.ts'
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { failures } from '#server/schema/error.ts'
import { signedIn } from '#server/schema/input.ts'

const SigningKey = builder.objectRef<{ kid: string; alg: string }>('SigningKey').implement({
  description:
    'The Federation Entity Key that signs at present; its private part never leaves the key directory.',
  authScopes: { read: true },
  fields: (t) => ({
    kid: t.exposeString('kid', { description: 'Its id: the RFC 7638 thumbprint.' }),
    alg: t.exposeString('alg', { description: 'Its algorithm.' }),
  }),
})

const TrustAnchor = builder.objectRef<Settings>('TrustAnchor').implement({
  description: 'This Trust Anchor: what it says of itself, and what holds for the whole federation.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.field({
      type: 'EntityIdentifier',
      description: 'Its Entity Identifier.',
      resolve: (_settings, _args, { entityId }) => entityId,
    }),
    organizationName: t.exposeString('organizationName', {
      nullable: true,
      description: 'The name of the federation operator.',
    }),
    entityConfiguration: t.field({
      type: DecodedJwt,
      description: 'Its Entity Configuration as served; signed now when Redis does not hold one.',
      resolve: async (_settings, _args, { publishing }) => ({ jwt: await servedConfiguration(publishing) }),
    }),
    metadataPolicy: t.field({
      type: 'JSON',
      description: 'Policy for every subordinate (section 6.1).',
      resolve: ({ metadataPolicy }) => metadataPolicy,
    }),
    constraints: t.field({
      type: 'JSON',
      description: 'Constraints on every subordinate (section 6.2).',
      resolve: ({ constraints }) => constraints,
    }),
    authorityHints: t.expose('authorityHints', {
      type: ['EntityIdentifier'],
      description: 'Its own superiors in other federations.',
    }),
    trustMarkIssuers: t.field({
      type: 'JSON',
      description: 'Foreign issuers it recognizes, by Trust Mark Type; it adds itself for its own types.',
      resolve: ({ trustMarkIssuers }) => trustMarkIssuers,
    }),
    trustMarkOwners: t.field({
      type: 'JSON',
      description: 'Trust Mark Owners by type, as {sub, jwks}.',
      resolve: ({ trustMarkOwners }) => trustMarkOwners,
    }),
    statementHours: t.exposeInt('statementHours', {
      description: 'Hours for which a Subordinate Statement is valid by default.',
    }),
    maximumStatementHours: t.exposeInt('maximumStatementHours', {
      description: 'Hours that no Subordinate Statement may exceed.',
    }),
    maximumTrustMarkHours: t.exposeInt('maximumTrustMarkHours', {
      description: 'Hours that no Trust Mark may exceed.',
    }),
    signingKey: t.field({
      type: SigningKey,
      description: 'The key that signs at present.',
      resolve: (_settings, _args, { signingKeys }) => signingKeys.current().signer,
    }),
  }),
})

async function servedConfiguration(publishing: PublishContext): Promise<string> {
  const served = await publishing.redis.get(publishing.keys.entityConfiguration).catch(() => null) // Redis may be away
  return served ?? signEntityConfiguration(publishing)
}

const PublicationRebuild = builder.objectRef<RebuildResult>('PublicationRebuild').implement({
  description: 'What a rebuild wrote.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinates: t.exposeInt('subordinates', { description: 'Subordinate Statements published.' }),
    trustMarks: t.exposeInt('trustMarks', {
      description: 'Trust Marks published, with the status of each JWT ever issued.',
    }),
    milliseconds: t.exposeInt('milliseconds', { description: 'How long it took.' }),
  }),
})

builder.queryField('trustAnchor', (t) =>
  t.field({
    type: TrustAnchor,
    description: 'This Trust Anchor.',
    authScopes: { read: true },
    resolve: (_root, _args, { services }) => services.trustAnchor.settings(),
  }),
)

builder.mutationFields((t) => ({
  regenerateEntityConfiguration: t.field({
    type: TrustAnchor,
    description:
      'Signs and publishes the Entity Configuration and the historical keys anew. Changes publish themselves; this is for certainty.',
    authScopes: { operate: true },
    resolve: (_root, _args, context) =>
      context.services.trustAnchor.regenerateEntityConfiguration(signedIn(context)),
  }),
  rebuildPublication: t.field({
    type: PublicationRebuild,
    description: 'Writes everything into Redis anew, beside what is served, and swaps in one transaction.',
    authScopes: { operate: true },
    errors: { types: [failures.UnavailableError] },
    resolve: (_root, _args, context) => context.services.trustAnchor.rebuildPublication(signedIn(context)),
  }),
}))
