/** Inspecting an entity before it is registered: its configuration and each check with its result. */
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { type EntityCheck, entityChecks, isAcceptable } from '#server/services/entity/checks.ts'
import type { Services } from '#server/services/index.ts'
import { displayName } from '#server/services/subordinate/row.ts'

const EntityCheckName = builder.enumType('EntityCheckName', {
  description: 'A check that an entity must pass before this Trust Anchor vouches for it.',
  values: Object.fromEntries(
    Object.entries(entityChecks).map(([name, { title, section }]) => [
      name,
      { value: name, description: section ? `${title} (section ${section}).` : `${title}.` },
    ]),
  ),
})

export const EntityCheckStatus = builder.enumType('EntityCheckStatus', {
  description: 'The result of a check.',
  values: {
    PASSED: { description: 'In order.' },
    FAILED: { description: 'Not in order: the entity cannot be registered like this.' },
    WARNING: { description: 'Worth knowing, but no obstacle.' },
    SKIPPED: { description: 'Not made: not asked for, or an earlier check failed.' },
  } as const,
})

export const EntityCheckRef = builder.objectRef<EntityCheck>('EntityCheck').implement({
  description: 'One check of an entity, with its result in words.',
  authScopes: { read: true },
  fields: (t) => ({
    name: t.field({ type: EntityCheckName, description: 'Which check.', resolve: ({ name }) => name }),
    status: t.expose('status', { type: EntityCheckStatus, description: 'Its result.' }),
    title: t.exposeString('title', { description: 'What is checked, in a few words.' }),
    message: t.exposeString('message', { description: 'What was found; for a failure, also what to do.' }),
    section: t.exposeString('section', {
      nullable: true,
      description: 'The section of OpenID Federation 1.0 that asks for it.',
    }),
  }),
})

type Inspection = Awaited<ReturnType<Services['subordinates']['inspect']>>

const EntityInspection = builder.objectRef<Inspection>('EntityInspection').implement({
  description: 'What an entity publishes about itself, and whether it could be registered.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', {
      type: 'EntityIdentifier',
      description: 'The entity that was inspected.',
    }),
    acceptable: t.boolean({ description: 'No check failed.', resolve: ({ checks }) => isAcceptable(checks) }),
    checks: t.field({
      type: [EntityCheckRef],
      description: 'Every check, in order.',
      resolve: ({ checks }) => checks,
    }),
    displayName: t.string({
      nullable: true,
      description: 'The name the entity gives itself.',
      resolve: ({ statement }) => displayName(statement?.claims.metadata ?? {}),
    }),
    entityConfiguration: t.field({
      type: DecodedJwt,
      nullable: true,
      description: 'Its Entity Configuration; null when none could be read.',
      resolve: ({ statement }) => statement && { jwt: statement.jwt },
    }),
    entityTypes: t.stringList({
      description: 'The Entity Types it declares.',
      resolve: ({ statement }) => Object.keys(statement?.claims.metadata ?? {}),
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Its metadata as declared, by Entity Type.',
      resolve: ({ statement }) => statement?.claims.metadata ?? null,
    }),
    resolvedMetadata: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Its metadata after our statement’s metadata, constraints and policy (section 6.1.4.2); null when they reject it.',
      resolve: ({ resolvedMetadata }) => resolvedMetadata,
    }),
    jwks: t.field({
      type: 'JWKS',
      nullable: true,
      description: 'Its Federation Entity Keys as declared.',
      resolve: ({ statement }) => statement?.claims.jwks ?? null,
    }),
    authorityHints: t.field({
      type: ['EntityIdentifier'],
      description: 'The superiors it names.',
      resolve: ({ statement }) => statement?.claims.authority_hints ?? [],
    }),
    subordinate: t.prismaField({
      type: 'Subordinate',
      nullable: true,
      description: 'Its registration, when it has one.',
      resolve: (query, { subordinate }, _args, { db }) =>
        subordinate && db.subordinate.findUnique({ ...query, where: { id: subordinate.id } }),
    }),
  }),
})

builder.queryField('inspectEntity', (t) =>
  t.field({
    type: EntityInspection,
    description: 'Fetches an entity’s configuration and makes every check, without changing anything.',
    authScopes: { read: true },
    args: {
      entityId: t.arg({ type: 'EntityIdentifier', required: true, description: 'The entity to inspect.' }),
      jwks: t.arg({
        type: 'JWKS',
        description: 'Keys received out of band, with which the configuration must verify.',
      }),
    },
    resolve: (_root, { entityId, jwks }, { services }) =>
      services.subordinates.inspect({ entityId, jwks: jwks ?? undefined }),
  }),
)
