/** Checks an entity before its registration: its Entity Configuration, and each check with its result. */
import type { Correction } from '#core/entity-id-correction.ts'
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { KeyThumbprintRef, thumbprintsOf } from '#server/schema/key-thumbprint.ts'
import { adviceOf, type EntityCheck, entityChecks, isAcceptable } from '#server/services/entity/checks.ts'
import { displayName } from '#server/services/entity/display-name.ts'
import type { Services } from '#server/services/index.ts'
import { pipelineChecks } from '#server/services/request/pipeline/check-names.ts'
import { hashTerms } from '#server/services/request/pipeline/checks/terms.ts'

const EntityCheckName = builder.enumType('EntityCheckName', {
  description: 'A check that an entity must pass to be registered, or one that operators added for requests.',
  values: Object.fromEntries(
    Object.entries({ ...entityChecks, ...pipelineChecks }).map(([name, { title, section }]) => [
      name,
      { value: name, description: section ? `${title} (§${section}).` : `${title}.` },
    ]),
  ),
})

export const EntityCheckStatus = builder.enumType('EntityCheckStatus', {
  description: 'The result of a check.',
  values: {
    PASSED: { description: 'The check passed.' },
    FAILED: { description: 'The check failed: the entity cannot be registered.' },
    WARNING: { description: 'A warning that does not prevent registration.' },
    SKIPPED: { description: 'Not run: not requested, or an earlier check failed.' },
  } as const,
})

export const EntityCheckRef = builder.objectRef<EntityCheck<string>>('EntityCheck').implement({
  description: 'A check of an entity with its result.',
  authScopes: { read: true, member: true },
  fields: (t) => ({
    name: t.expose('name', { type: EntityCheckName, description: 'The check.' }),
    status: t.expose('status', { type: EntityCheckStatus, description: 'The result.' }),
    title: t.exposeString('title', { description: 'The title of the check.' }),
    message: t.exposeString('message', { description: 'The finding.' }),
    advice: t.string({
      nullable: true,
      description:
        'What to do about a failure or a warning; null if the message says it, and for other results.',
      resolve: adviceOf,
    }),
    section: t.exposeString('section', {
      nullable: true,
      description: 'The section of OpenID Federation 1.0 that requires it.',
    }),
    terms: t.string({
      nullable: true,
      description: 'The text of TERMS_ACCEPTED that the organization must accept; null for other checks.',
      resolve: ({ terms }) => terms ?? null,
    }),
    termsHash: t.string({
      nullable: true,
      description: 'The SHA-256 of that text, hexadecimal: `acceptedTerms` of a request names it.',
      resolve: ({ terms }) => (terms === undefined ? null : hashTerms(terms)),
    }),
  }),
})

type Inspection = Awaited<ReturnType<Services['subordinates']['inspect']>>

const EntityCorrection = builder.objectRef<Correction>('EntityCorrection').implement({
  description: 'The identifier that was probably meant.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', {
      type: 'EntityIdentifier',
      description: 'The identifier. The entity there says that it is its own.',
    }),
    reason: t.exposeString('reason', { description: 'What was wrong with the inspected one.' }),
  }),
})

const EntityInspection = builder.objectRef<Inspection>('EntityInspection').implement({
  description: 'The Entity Configuration of an entity, and whether it can be registered.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', {
      type: 'EntityIdentifier',
      description: 'The inspected entity.',
    }),
    acceptable: t.boolean({ description: 'No check failed.', resolve: ({ checks }) => isAcceptable(checks) }),
    checks: t.expose('checks', { type: [EntityCheckRef], description: 'All checks, in order.' }),
    correction: t.field({
      type: EntityCorrection,
      nullable: true,
      description:
        'The identifier to use instead; null if the entity names itself as asked for, or no better one is known. Fetches at most one further Entity Configuration.',
      resolve: (examined, _args, { services }) => services.subordinates.correct(examined),
    }),
    displayName: t.string({
      nullable: true,
      description: 'Its display name.',
      resolve: ({ statement }) => displayName(statement?.claims.metadata ?? {}),
    }),
    entityConfiguration: t.field({
      type: DecodedJwt,
      nullable: true,
      description: 'Its Entity Configuration; null if it could not be read.',
      resolve: ({ statement }) => statement && { jwt: statement.jwt },
    }),
    entityTypes: t.stringList({
      description: 'The declared Entity Types.',
      resolve: ({ statement }) => Object.keys(statement?.claims.metadata ?? {}),
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The declared metadata, by Entity Type.',
      resolve: ({ statement }) => statement?.claims.metadata ?? null,
    }),
    resolvedMetadata: t.expose('resolvedMetadata', {
      type: 'JSON',
      nullable: true,
      description:
        'Its metadata after the statement’s metadata, constraints and policy (§6.1.4.2); null if they reject it.',
    }),
    jwks: t.field({
      type: 'JWKS',
      nullable: true,
      description: 'The declared Federation Entity Keys.',
      resolve: ({ statement }) => statement?.claims.jwks ?? null,
    }),
    keyThumbprints: t.field({
      type: [KeyThumbprintRef],
      description: 'The thumbprints of these keys, to compare with those that its operator gave you (§11.3).',
      resolve: ({ statement }) => (statement ? thumbprintsOf(statement.claims.jwks) : []),
    }),
    authorityHints: t.field({
      type: ['EntityIdentifier'],
      description: 'The superiors that it names.',
      resolve: ({ statement }) => statement?.claims.authority_hints ?? [],
    }),
    subordinate: t.prismaField({
      type: 'Subordinate',
      nullable: true,
      description: 'Its registration; null if it is not registered.',
      resolve: (query, { subordinate }, _args, { db }) =>
        subordinate && db.subordinate.findUnique({ ...query, where: { id: subordinate.id } }),
    }),
  }),
})

builder.queryField('inspectEntity', (t) =>
  t.field({
    type: EntityInspection,
    description: 'Fetches an entity’s configuration and runs every check, without changing anything.',
    authScopes: { read: true },
    args: {
      entityId: t.arg({ type: 'EntityIdentifier', required: true, description: 'The entity to inspect.' }),
      jwks: t.arg({
        type: 'JWKS',
        description: 'Keys obtained out of band that must verify the configuration.',
      }),
    },
    resolve: (_root, { entityId, jwks }, { services }) =>
      services.subordinates.inspect({ entityId, jwks: jwks ?? undefined }),
  }),
)
