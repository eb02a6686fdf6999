/** The Trust Anchor: its settings, its Entity Configuration and its publication. */
import { numberSettings } from '#core/defaults.ts'
import { getEndpointParameter, optionalEndpoints } from '#core/endpoint.ts'
import { mapRows } from '#core/map-rows.ts'
import { anchorsOf } from '#server/anchors/access.ts'
import type { Environment as EnvironmentName, Settings } from '#server/database/typed-row.ts'
import { callerMay } from '#server/identity/caller.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { signEntityConfiguration } from '#server/publish/own-statements.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeItems } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { SigningKey } from '#server/schema/signing-key/signing-key.ts'
import { AlertRef, listAlerts } from '#server/schema/status/alert.ts'
import { ServerStatus } from '#server/schema/status/server-status.ts'
import { OwnTrustMark } from '#server/schema/trust-anchor/own-trust-mark.ts'
import { PinnedAnchor } from '#server/schema/trust-anchor/pinned-anchor.ts'
import { Superior } from '#server/schema/trust-anchor/superior.ts'
import { findReachability, type Reachability } from '#server/services/entity/own-reachability.ts'

export const FederationEndpoint = builder.enumType('FederationEndpoint', {
  description: 'An optional endpoint of the federation server; fetch and list are always advertised.',
  values: Object.fromEntries(
    optionalEndpoints.map((name) => [
      name.toUpperCase(),
      { value: name, description: `Advertised as ${getEndpointParameter(name)}.` },
    ]),
  ),
})

export const Environment = builder.enumType('Environment', {
  description: 'What an anchor is for.',
  values: {
    PRODUCTION: { description: 'Services rely on it.' },
    TEST: { description: 'Its members try things.' },
    OTHER: { description: 'Another purpose.' },
  } satisfies Record<EnvironmentName, { description: string }>,
})

const AnchorReachability = builder.objectRef<Reachability>('AnchorReachability').implement({
  description: 'Whether the address of an anchor reaches the federation server.',
  authScopes: { read: true },
  fields: (t) => ({
    reachable: t.exposeBoolean('reachable', { description: 'Whether it does.' }),
    message: t.exposeString('message', { description: 'What was found, and what to check.' }),
  }),
})

/** What also those learn whom only an edge leads to the anchor, such as members. */
const ofEveryone = { skipTypeScopes: true, authScopes: { known: true, member: true } } as const

export const TrustAnchor = builder.objectRef<Settings>('TrustAnchor').implement({
  description: 'A Trust Anchor or Intermediate that we run: its own settings and those of its federation.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.field({
      ...ofEveryone,
      type: 'EntityIdentifier',
      description: 'Its Entity Identifier.',
      resolve: (_settings, _args, { entityId }) => entityId,
    }),
    slug: t.string({
      ...ofEveryone,
      description: 'Its short name among the anchors of this installation, such as in `anchor` arguments.',
      resolve: (_settings, _args, { slug }) => slug,
    }),
    isFirst: t.boolean({
      description: 'Whether it is the anchor of the server’s configuration.',
      resolve: (_settings, _args, { anchor: { isFirst } }) => isFirst,
    }),
    pausedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when its endpoints answer 503; null: they serve.',
      resolve: (_settings, _args, { anchors, slug }) => anchors.find(slug)?.pausedAt ?? null,
    }),
    mayOperate: t.boolean({
      description: 'Whether the caller may register subordinates and issue Trust Marks in it.',
      resolve: (_settings, _args, { caller }) => caller !== null && callerMay(caller, 'operate'),
    }),
    status: t.field({
      type: ServerStatus,
      description: 'Its counts, what expires, and its publication.',
      resolve: () => ({}),
    }),
    alerts: t.field({
      type: [AlertRef],
      description: 'What needs a person: critical alerts first, the oldest first.',
      resolve: (_settings, _args, context) => listAlerts(context),
    }),
    reachability: t.field({
      type: AnchorReachability,
      description:
        'Whether its address reaches the federation server: its Entity Configuration is fetched now.',
      resolve: (_settings, _args, context) => findReachability(context.anchor),
    }),
    displayName: t.exposeString('displayName', {
      ...ofEveryone,
      nullable: true,
      description: 'Its name for its operators. It is not published.',
    }),
    environment: t.expose('environment', {
      ...ofEveryone,
      type: Environment,
      nullable: true,
      description: 'What it is for.',
    }),
    color: t.exposeString('color', {
      ...ofEveryone,
      nullable: true,
      description: 'The color that marks it in the console, as `#rrggbb`.',
    }),
    organizationName: t.exposeString('organizationName', {
      ...ofEveryone,
      nullable: true,
      description: 'The name of the federation operator.',
    }),
    entityConfiguration: t.field({
      type: DecodedJwt,
      description: 'Its published Entity Configuration; signed now if Redis has none.',
      resolve: async (_settings, _args, { anchor: { publishing } }) => ({
        jwt: await servedConfiguration(publishing),
      }),
    }),
    metadataPolicy: t.expose('metadataPolicy', {
      type: 'JSON',
      description: 'Policy for every subordinate (§6.1).',
    }),
    constraints: t.expose('constraints', {
      type: 'JSON',
      description: 'Constraints on every subordinate (§6.2).',
    }),
    authorityHints: t.expose('authorityHints', {
      type: ['EntityIdentifier'],
      description: 'Its own superiors in other federations.',
    }),
    superiors: t.field({
      type: [Superior],
      description: 'What its superiors say about it, as read last.',
      resolve: (_settings, _args, { services }) => services.superiors.list(),
    }),
    organization: t.expose('organization', {
      type: 'JSON',
      description: 'Further informational parameters of its federation_entity metadata (§5.2.2).',
    }),
    trustAnchorHints: t.expose('trustAnchorHints', {
      type: ['EntityIdentifier'],
      description: 'Trust Anchors of other federations that it trusts (§3.1.2).',
    }),
    trustMarks: t.expose('trustMarks', {
      type: 'JSON',
      description: 'Trust Marks issued to it, as a list of {trust_mark_type, trust_mark}.',
    }),
    ownTrustMarks: t.field({
      type: [OwnTrustMark],
      description: 'Trust Marks issued to it, which are fetched again before they expire.',
      resolve: (_settings, _args, { services }) => services.ownTrustMarks.list(),
    }),
    trustAnchors: t.expose('trustAnchors', {
      type: 'JSON',
      description: 'Foreign Trust Anchors that /resolve accepts: Entity Identifier -> pinned JWK Set (§10).',
    }),
    pinnedAnchors: t.field({
      type: [PinnedAnchor],
      description: 'The foreign Trust Anchors whose keys are pinned, as visited last.',
      resolve: (_settings, _args, { services }) => services.pinnedAnchors.list(),
    }),
    endpoints: t.field({
      type: [FederationEndpoint],
      description: 'The optional endpoints that its Entity Configuration advertises.',
      resolve: ({ endpoints }) => optionalEndpoints.filter((name) => endpoints.includes(name)),
    }),
    endpointAuthMethods: t.expose('endpointAuthMethods', {
      type: 'JSON',
      description:
        'Client authentication by endpoint (§8.8): name -> list of `none` and `private_key_jwt`; absent means none.',
    }),
    version: t.exposeInt('version', {
      description: 'The number of changes. Send it with an update to detect a concurrent change.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its settings were last changed.',
    }),
    trustMarkIssuers: t.expose('trustMarkIssuers', {
      type: 'JSON',
      description: 'Recognized issuers by Trust Mark type. This anchor is added for its own types.',
    }),
    trustMarkOwners: t.expose('trustMarkOwners', {
      type: 'JSON',
      description: 'Trust Mark Owners by type, as {sub, jwks}.',
    }),
    ...mapRows(numberSettings, (name, { default: standard, meaning }) =>
      t.exposeInt(name, {
        nullable: (standard === null) as true, // a column without this default is never null
        description: meaning,
      }),
    ),
    signingKey: t.field({
      type: SigningKey,
      description: 'The current signing key.',
      resolve: (_settings, _args, { services }) => services.signingKeys.signing(),
    }),
  }),
})

async function servedConfiguration(publishing: PublishContext): Promise<string> {
  const served = await publishing.redis.get(publishing.keys.entityConfiguration).catch(() => null) // Redis may be down
  return served ?? signEntityConfiguration(publishing)
}

builder.queryField('trustAnchor', (t) =>
  t.field({
    type: TrustAnchor,
    description: 'The Trust Anchor.',
    authScopes: { read: true },
    resolve: (_root, _args, { services }) => services.trustAnchor.settings(),
  }),
)

builder.queryField('trustAnchors', (t) =>
  t.field({
    type: [TrustAnchor],
    description: 'The anchors of this installation in which the caller has a role, the configured one first.',
    authScopes: { known: true },
    extensions: { ofInstallation: true },
    resolve: (_root, _args, context, info) => {
      const contexts = anchorsOf(context).map((anchor) => contextOf(context, anchor))
      scopeItems(info, contexts)
      return Promise.all(contexts.map(({ services }) => services.trustAnchor.settings()))
    },
  }),
)
