/** Resolving an entity as a stranger would, explained statement by statement and step by step. */
import type { PolicyExplanation } from '#core/metadata-policy/index.ts'
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { EntityCheckStatus } from '#server/schema/entity/entity-inspection.ts'
import type { ExplainedChain, Resolution } from '#server/services/entity/resolution.ts'
import { type StatementCheck, statementChecks } from '#server/services/entity/statement-checks.ts'

export const PolicyStep = builder.objectRef<PolicyExplanation['steps'][number]>('PolicyStep').implement({
  description: 'One operator of the merged metadata policy, applied to one parameter (section 6.1.4.2).',
  authScopes: { read: true },
  fields: (t) => ({
    entityType: t.exposeString('entityType', { description: 'The Entity Type.' }),
    parameter: t.exposeString('parameter', { description: 'The metadata parameter.' }),
    operator: t.exposeString('operator', { description: 'The operator.' }),
    setBy: t.expose('setBy', {
      type: ['EntityIdentifier'],
      description: 'Who set it, the Trust Anchor first.',
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
      description: 'The parameter before; null when it is absent.',
      resolve: ({ before }) => before ?? null,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The parameter after; null when it is absent.',
      resolve: ({ after }) => after ?? null,
    }),
    error: t.string({
      nullable: true,
      description: 'Why the step fails.',
      resolve: ({ error }) => error ?? null,
    }),
  }),
})

const StatementCheckName = builder.enumType('StatementCheckName', {
  description: 'A rule that a statement of a Trust Chain must keep.',
  values: Object.fromEntries(
    Object.entries(statementChecks).map(([name, { title, section }]) => [
      name,
      { value: name, description: `${title} (section ${section}).` },
    ]),
  ),
})

const StatementCheckRef = builder.objectRef<StatementCheck>('StatementCheck').implement({
  description: 'One rule applied to one statement of a Trust Chain (section 10.2).',
  authScopes: { read: true },
  fields: (t) => ({
    statement: t.exposeInt('statement', { description: 'Which statement, 0 for the entity’s own.' }),
    name: t.field({ type: StatementCheckName, description: 'Which rule.', resolve: ({ name }) => name }),
    status: t.field({
      type: EntityCheckStatus,
      description: 'Its result.',
      resolve: ({ passed }) => (passed ? 'PASSED' : 'FAILED'),
    }),
    title: t.string({
      description: 'What is looked at, in a few words.',
      resolve: ({ name }) => statementChecks[name].title,
    }),
    message: t.exposeString('message', { description: 'What was found; for a failure, also what to do.' }),
    section: t.string({
      description: 'The section of OpenID Federation 1.0 that asks for it.',
      resolve: ({ name }) => statementChecks[name].section,
    }),
  }),
})

const ResolutionChain = builder.objectRef<ExplainedChain>('ResolutionChain').implement({
  description: 'One path from the entity to the Trust Anchor (section 4), whether or not it holds.',
  authScopes: { read: true },
  fields: (t) => ({
    path: t.expose('path', {
      type: ['EntityIdentifier'],
      description: 'From the entity to the Trust Anchor.',
    }),
    valid: t.boolean({ description: 'Whether it holds.', resolve: ({ reason }) => reason === null }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it does not hold, as a sentence.' }),
    failedStatement: t.exposeInt('failedStatement', {
      nullable: true,
      description: 'Which statement is at fault, 0 for the entity’s own; null when none in particular is.',
    }),
    statements: t.field({
      type: [DecodedJwt],
      description:
        'The entity’s configuration, the Subordinate Statements upwards, the anchor’s configuration.',
      resolve: ({ statements }) => statements.map(({ jwt }) => ({ jwt })),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the first of its statements expires.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'The resolved metadata; null when it does not hold.',
    }),
    policy: t.expose('policy', { type: [PolicyStep], description: 'The metadata policy, step by step.' }),
    findings: t.exposeStringList('findings', {
      description: 'Everything that is wrong with metadata and policy.',
    }),
    checks: t.expose('checks', {
      type: [StatementCheckRef],
      description: 'Each rule for each statement, the entity’s own first.',
    }),
  }),
})

const ResolutionFailure = builder.objectRef<Resolution['failures'][number]>('ResolutionFailure').implement({
  description: 'A branch that ended before it reached the Trust Anchor.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', {
      type: 'EntityIdentifier',
      description: 'The entity at which it ended.',
    }),
    superior: t.expose('superior', {
      type: 'EntityIdentifier',
      nullable: true,
      description: 'The superior that was tried.',
    }),
    reason: t.exposeString('reason', { description: 'Why, as a sentence.' }),
    advice: t.exposeString('advice', { nullable: true, description: 'What can be done about it.' }),
  }),
})

const EntityResolution = builder.objectRef<Resolution>('EntityResolution').implement({
  description: 'What a stranger concludes about an entity, and why.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'The entity.' }),
    trustAnchor: t.expose('trustAnchor', { type: 'EntityIdentifier', description: 'The Trust Anchor.' }),
    resolved: t.boolean({
      description: 'Whether some chain holds.',
      resolve: ({ chains }) => chains.some(({ reason }) => reason === null),
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The resolved metadata of the chain that is taken: the first that holds.',
      resolve: ({ chains }) => chains.find(({ reason }) => reason === null)?.metadata ?? null,
    }),
    chains: t.expose('chains', {
      type: [ResolutionChain],
      description: 'Every path, in order of preference: the shortest, then the longest lived.',
    }),
    failures: t.expose('failures', { type: [ResolutionFailure], description: 'Branches that ended early.' }),
  }),
})

builder.queryField('resolveEntity', (t) =>
  t.field({
    type: EntityResolution,
    description:
      'Resolves an entity to a Trust Anchor, explaining every chain. Other entities are asked where nothing is published here.',
    authScopes: { read: true },
    args: {
      entityId: t.arg({ type: 'EntityIdentifier', required: true, description: 'The entity to resolve.' }),
      trustAnchor: t.arg({
        type: 'EntityIdentifier',
        description: 'This Trust Anchor when absent, or one with pinned keys.',
      }),
    },
    resolve: (_root, { entityId, trustAnchor }, { services }) =>
      services.resolution.resolve(entityId, trustAnchor ?? undefined),
  }),
)
