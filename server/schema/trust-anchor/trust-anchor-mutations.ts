/** The mutations of the Trust Anchor. */
import { numberSettings } from '#core/defaults.ts'
import { mapRows } from '#core/map-rows.ts'
import type { RebuildResult } from '#server/publish/rebuild.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { versionRead } from '#server/schema/input-fields.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { Environment, FederationEndpoint, TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'
import { parseReason } from '#server/services/reason.ts'

const { InvalidInputError, ConflictError, NotFoundError, UnavailableError } = failures

const RebuildPublicationSuccess = builder.objectRef<RebuildResult>('RebuildPublicationSuccess').implement({
  description: 'The result of a full republish.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinates: t.exposeInt('subordinates', { description: 'Subordinate Statements published.' }),
    trustMarks: t.exposeInt('trustMarks', {
      description: 'Trust Marks published, with the status of each JWT ever issued.',
    }),
    milliseconds: t.exposeInt('milliseconds', { description: 'The duration in milliseconds.' }),
  }),
})

/** The settings, apart from the metadata policy. */
export const settingInputs = (t: InputFields) => ({
  displayName: t.string({ description: 'Its name for its operators. It is not published.' }),
  environment: t.field({ type: Environment, description: 'What it is for.' }),
  color: t.string({ description: 'The color that marks it in the console, as `#rrggbb`.' }),
  organizationName: t.string({ description: 'The name of the federation operator.' }),
  organization: t.field({ type: 'JSON', description: 'Further informational parameters (§5.2.2).' }),
  authorityHints: t.field({
    type: ['EntityIdentifier'],
    description: 'Its own superiors in other federations.',
  }),
  trustAnchorHints: t.field({
    type: ['EntityIdentifier'],
    description: 'Trust Anchors of other federations that it trusts.',
  }),
  trustMarks: t.field({ type: ['JWT'], description: 'Trust Marks issued to it.' }),
  trustMarkIssuers: t.field({
    type: 'JSON',
    description: 'Issuers of other types: Trust Mark type -> list of Entity Identifiers.',
  }),
  trustMarkOwners: t.field({ type: 'JSON', description: 'Trust Mark Owners: type -> {sub, jwks}.' }),
  constraints: t.field({ type: 'JSON', description: 'Constraints on every subordinate (§6.2).' }),
  trustAnchors: t.field({
    type: 'JSON',
    description: 'Foreign Trust Anchors: Entity Identifier -> pinned JWK Set.',
  }),
  endpoints: t.field({ type: [FederationEndpoint], description: 'The optional endpoints to advertise.' }),
  endpointAuthMethods: t.field({
    type: 'JSON',
    description: 'Client authentication by endpoint (§8.8).',
  }),
  ...mapRows(numberSettings, (_name, { meaning }) => t.int({ description: meaning })),
})

operation('updateTrustAnchor', {
  describes:
    'Changes the settings of the Trust Anchor and its federation. Republishes the Entity Configuration and, where needed, every statement.',
  scope: 'administer',
  input: {
    describes: 'Changes: an absent field keeps its value, null resets it to its default.',
    fields: (t) => ({
      version: versionRead(t),
      ...settingInputs(t),
    }),
  },
  result: TrustAnchor,
  errors: [InvalidInputError, ConflictError],
  run: (input, { services, caller }) => services.trustAnchor.update(caller, input),
})

operation('updateFederationPolicy', {
  describes: 'Sets the metadata policy of the whole federation and republishes every statement.',
  scope: 'administer',
  input: {
    describes: 'The metadata policy of the whole federation.',
    fields: (t) => ({
      version: versionRead(t),
      metadataPolicy: t.field({
        type: 'JSON',
        description: 'Entity Type -> parameter -> operator -> value (§6.1); null for none.',
      }),
      reason: t.string({ description: 'Why, at most 1000 characters. The audit log keeps it.' }),
    }),
  },
  result: TrustAnchor,
  errors: [InvalidInputError, ConflictError],
  run: ({ reason: given, ...input }, { services, caller }) => {
    const reason = parseReason(given)
    return services.trustAnchor.updatePolicy({ ...caller, ...(reason ? { reason } : {}) }, input)
  },
})

operation('regenerateEntityConfiguration', {
  describes:
    'Signs the Entity Configuration and the historical keys again and republishes them. Changes are published automatically; use this to force it.',
  scope: 'operate',
  result: TrustAnchor,
  errors: [UnavailableError],
  run: (_input, { services, caller }) => services.trustAnchor.regenerateEntityConfiguration(caller),
})

operation('rebuildPublication', {
  describes: 'Republishes everything beside the published data and swaps them in one transaction.',
  scope: 'operate',
  result: RebuildPublicationSuccess,
  errors: [UnavailableError],
  run: (_input, { services, caller }) => services.trustAnchor.rebuildPublication(caller),
})

const WithdrawalDecision = builder.enumType('WithdrawalDecision', {
  description: 'What happens to withdrawals that Redis had and an older database lacked.',
  values: {
    ACCEPT: {
      description:
        'They stay: a member that was removed is removed, others stay inactive, and Trust Marks stay revoked.',
    },
    PUBLISH: { description: 'The objects are published again, as the database had them.' },
  } as const,
})

const DecideWithdrawalsSuccess = builder
  .objectRef<{ decided: number }>('DecideWithdrawalsSuccess')
  .implement({
    description: 'The result of a decision about withdrawals.',
    authScopes: { read: true },
    fields: (t) => ({
      decided: t.exposeInt('decided', { description: 'The number of members and Trust Marks.' }),
    }),
  })

operation('decideWithdrawals', {
  describes:
    'Decides about the withdrawals that Redis had and an older database lacked (alert `WITHDRAWALS_FOUND`). A member that the database does not have can only be accepted, or registered.',
  scope: 'operate',
  input: {
    describes: 'The decision, and which objects it is about.',
    fields: (t) => ({
      decision: t.field({ type: WithdrawalDecision, required: true, description: 'The decision.' }),
      entityIds: t.field({
        type: ['EntityIdentifier'],
        description: 'Members, and subjects of Trust Marks; all by default.',
      }),
    }),
  },
  result: DecideWithdrawalsSuccess,
  errors: [NotFoundError],
  run: async (input, { services, caller }) => ({
    decided: await services.withdrawals.decide(caller, input),
  }),
})
