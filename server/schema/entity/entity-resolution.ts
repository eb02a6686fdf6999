/** Resolves an entity as a third party would, and explains each statement and step. */
import type { PolicyExplanation } from '#core/metadata-policy/index.ts'
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { EntityCheckStatus } from '#server/schema/entity/entity-inspection.ts'
import type { ExplainedChain, Resolution } from '#server/services/entity/resolution.ts'
import { type StatementCheck, statementChecks } from '#server/services/entity/statement-checks.ts'

export const PolicyStep = builder.objectRef<PolicyExplanation['steps'][number]>('PolicyStep').implement({
  description: 'One operator of the merged metadata policy, applied to one parameter (§6.1.4.2).',
  authScopes: { read: true },
  fields: (t) => ({
    entityType: t.exposeString('entityType', { description: 'The Entity Type.' }),
    parameter: t.exposeString('parameter', { description: 'The metadata parameter.' }),
    operator: t.exposeString('operator', { description: 'The operator.' }),
    setBy: t.expose('setBy', {
      type: ['EntityIdentifier'],
      description: 'The issuers that set it, the Trust Anchor first.',
    }),
    value: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The merged operator value.',
      resolve: ({ value }) => value ?? null,
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The parameter before; null if absent.',
      resolve: ({ before }) => before ?? null,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The parameter after; null if absent.',
      resolve: ({ after }) => after ?? null,
    }),
    error: t.string({
      nullable: true,
      description: 'Why the step fails; null if it passes.',
      resolve: ({ error }) => error ?? null,
    }),
  }),
})

const StatementCheckName = builder.enumType('StatementCheckName', {
  description: 'A rule for the statements of a Trust Chain.',
  values: Object.fromEntries(
    Object.entries(statementChecks).map(([name, { title, section }]) => [
      name,
      { value: name, description: `${title} (§${section}).` },
    ]),
  ),
})

const StatementCheckRef = builder.objectRef<StatementCheck>('StatementCheck').implement({
  description: 'One rule applied to one statement of a Trust Chain (§10.2).',
  authScopes: { read: true },
  fields: (t) => ({
    statement: t.exposeInt('statement', {
      description: 'The position of the statement, 0 for the entity’s own.',
    }),
    name: t.expose('name', { type: StatementCheckName, description: 'The rule.' }),
    status: t.field({
      type: EntityCheckStatus,
      description: 'The result.',
      resolve: ({ passed }) => (passed ? 'PASSED' : 'FAILED'),
    }),
    title: t.string({
      description: 'The title of the check.',
      resolve: ({ name }) => statementChecks[name].title,
    }),
    message: t.exposeString('message', { description: 'The finding and, for a failure, what to do.' }),
    section: t.string({
      description: 'The section of OpenID Federation 1.0 that requires it.',
      resolve: ({ name }) => statementChecks[name].section,
    }),
  }),
})

const ResolutionChain = builder.objectRef<ExplainedChain>('ResolutionChain').implement({
  description: 'A path from the entity to the Trust Anchor (§4), valid or not.',
  authScopes: { read: true },
  fields: (t) => ({
    path: t.expose('path', {
      type: ['EntityIdentifier'],
      description: 'The entities of the path, from the entity to the Trust Anchor.',
    }),
    valid: t.boolean({ description: 'Whether it is valid.', resolve: ({ reason }) => reason === null }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why the chain is invalid; null if it is valid.',
    }),
    failedStatement: t.exposeInt('failedStatement', {
      nullable: true,
      description: 'The position of the invalid statement, 0 for the entity’s own; null if no single one is.',
    }),
    statements: t.field({
      type: [DecodedJwt],
      description:
        'The entity’s configuration, the Subordinate Statements upwards, and the anchor’s configuration.',
      resolve: ({ statements }) => statements.map(({ jwt }) => ({ jwt })),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the first statement expires.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'The resolved metadata; null if the chain is invalid.',
    }),
    policy: t.expose('policy', { type: [PolicyStep], description: 'The metadata policy, step by step.' }),
    findings: t.exposeStringList('findings', {
      description: 'All errors in metadata and policy.',
    }),
    checks: t.expose('checks', {
      type: [StatementCheckRef],
      description: 'Each rule for each statement, the entity’s own first.',
    }),
  }),
})

const ResolutionFailure = builder.objectRef<Resolution['failures'][number]>('ResolutionFailure').implement({
  description: 'A path that ended before it reached the Trust Anchor.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', {
      type: 'EntityIdentifier',
      description: 'The entity at which the path ended.',
    }),
    superior: t.expose('superior', {
      type: 'EntityIdentifier',
      nullable: true,
      description: 'The superior that was tried; null if none was.',
    }),
    reason: t.exposeString('reason', { description: 'Why the path ended.' }),
    advice: t.exposeString('advice', { nullable: true, description: 'What to do.' }),
  }),
})

const EntityResolution = builder.objectRef<Resolution>('EntityResolution').implement({
  description: 'The result of resolving an entity as a third party would, with the reasons.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'The entity.' }),
    trustAnchor: t.expose('trustAnchor', { type: 'EntityIdentifier', description: 'The Trust Anchor.' }),
    resolved: t.boolean({
      description: 'Whether at least one Trust Chain is valid.',
      resolve: ({ chains }) => chains.some(({ reason }) => reason === null),
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The resolved metadata of the first valid Trust Chain.',
      resolve: ({ chains }) => chains.find(({ reason }) => reason === null)?.metadata ?? null,
    }),
    chains: t.expose('chains', {
      type: [ResolutionChain],
      description: 'All paths in order of preference: shortest first, then longest validity.',
    }),
    failures: t.expose('failures', {
      type: [ResolutionFailure],
      description: 'Paths that ended before the Trust Anchor.',
    }),
  }),
})

builder.queryField('resolveEntity', (t) =>
  t.field({
    type: EntityResolution,
    description:
      'Resolves an entity to a Trust Anchor and explains every chain. Statements that are not published here are fetched.',
    authScopes: { read: true },
    args: {
      entityId: t.arg({ type: 'EntityIdentifier', required: true, description: 'The entity to resolve.' }),
      trustAnchor: t.arg({
        type: 'EntityIdentifier',
        description: 'This Trust Anchor by default, or one with pinned keys.',
      }),
    },
    resolve: (_root, { entityId, trustAnchor }, { services }) =>
      services.resolution.resolve(entityId, trustAnchor ?? undefined),
  }),
)
