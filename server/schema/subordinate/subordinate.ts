/** The type of Immediate Subordinates, and its queries. */
import { FederationError } from '#core/errors.ts'
import { resolveMetadata } from '#core/trust-chain/index.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { outputsOf } from '#server/schema/fields-of.ts'
import { KeyThumbprintRef, thumbprintsOf } from '#server/schema/key-thumbprint.ts'
import {
  SubordinateCheck,
  SubordinateProblem,
  SubordinateState,
} from '#server/schema/subordinate/subordinate-state.ts'
import { storedChain } from '#server/services/entity/prospective-chain.ts'
import { statementFields } from '#server/services/subordinate/input.ts'
import { problemColumns, problemOf, stateColumns, stateOf } from '#server/services/subordinate/problem.ts'
import type { RecentCheck } from '#server/services/subordinate/recent-check.ts'
import { unpublishedFields } from '#server/services/subordinate/unpublished.ts'

const PublicationState = builder.enumType('PublicationState', {
  description: 'Whether the current state is published.',
  values: {
    PUBLISHED: { description: 'The endpoints serve the current state.' },
    PENDING: { description: 'The last change is not published yet. It is published automatically.' },
    WITHDRAWN: { description: 'No endpoint serves anything about it.' },
  } as const,
})

/** The columns that determine the resolved metadata. */
export const resolvable = {
  entityId: true,
  entityConfiguration: true,
  jwks: true,
  forcedMetadata: true,
  metadataPolicy: true,
  constraints: true,
  additionalClaims: true,
  validFor: true,
} as const

export const SubordinateRef = builder.prismaNode('Subordinate', {
  nullable: true,
  id: { field: 'id' },
  // A query for only __typename must select something.
  select: { id: true },
  description:
    'An Immediate Subordinate: an entity about which this Trust Anchor publishes a Subordinate Statement.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
    displayName: t.exposeString('displayName', { nullable: true, description: 'Its display name.' }),
    active: t.exposeBoolean('active'),
    state: t.field({
      type: SubordinateState,
      description: 'Its state.',
      select: stateColumns,
      resolve: (row, _args, { now }) => stateOf(row, now()),
    }),
    problem: t.field({
      type: SubordinateProblem,
      nullable: true,
      description: 'What is wrong with it; null in the states `ACTIVE` and `INACTIVE`.',
      select: problemColumns,
      resolve: (row, _args, { now }) => problemOf(row, now()),
    }),
    checks: t.field({
      type: [SubordinateCheck],
      description: 'Its recent checks, newest first, at most 24.',
      args: { last: t.arg.int({ defaultValue: 24, description: 'How many of them.' }) },
      select: { check: { select: { recent: true } } },
      resolve: ({ check }, { last }) => {
        const recent = (check?.recent ?? []) as RecentCheck[] // written by server/jobs/checks.ts
        return recent.slice(0, Math.max(0, last ?? 24))
      },
    }),
    nextCheckAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is checked again; null if that is not known yet.',
      select: { active: true, check: { select: { nextAt: true } } },
      resolve: ({ active, check }) => (active ? (check?.nextAt ?? null) : null),
    }),
    entityTypes: t.exposeStringList('entityTypes', { description: 'Its Entity Types.' }),
    intermediate: t.exposeBoolean('intermediate', { description: 'Whether it has subordinates.' }),
    metadata: t.expose('metadata', { type: 'JSON' }),
    resolvedMetadata: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Its metadata after our statement’s metadata, constraints and policy (§6.1.4.2); null if they reject it.',
      select: resolvable,
      resolve: resolvedMetadata,
    }),
    ...outputsOf(t, { ...statementFields, ...unpublishedFields }),
    jwks: t.expose('jwks', { type: 'JWKS' }),
    keyThumbprints: t.field({
      type: [KeyThumbprintRef],
      description: 'The thumbprints of these keys, to compare with those that its operator gave you (§11.3).',
      select: { jwks: true },
      resolve: (row) => thumbprintsOf(typedSubordinate(row).jwks),
    }),
    keysCompared: t.exposeBoolean('keysCompared', {
      nullable: true,
      description:
        'Whether these keys were compared with keys obtained out of band (§11.3) when an operator registered or set them; null: an earlier version did not record it.',
    }),
    metadataFollowsEntity: t.exposeBoolean('metadataFollowsEntity'),
    entityConfiguration: t.field({
      type: DecodedJwt,
      description: 'Its last fetched Entity Configuration.',
      select: { entityConfiguration: true },
      resolve: ({ entityConfiguration }) => ({ jwt: entityConfiguration }),
    }),
    statement: t.field({
      type: DecodedJwt,
      nullable: true,
      description: 'Our current Subordinate Statement, served while the subordinate is active.',
      select: { statement: true },
      resolve: ({ statement }) => (statement === null ? null : { jwt: statement }),
    }),
    publication: t.field({
      type: PublicationState,
      description: 'Whether the current state is published.',
      select: { entityId: true, active: true },
      resolve: publicationOf,
    }),
    lastCheckedAt: t.expose('lastCheckedAt', { type: 'DateTime' }),
    lastError: t.string({
      nullable: true,
      description: 'Why it failed the last check or renewal; null if it passed.',
      select: { lastError: true, unresolvableReason: true },
      resolve: ({ lastError, unresolvableReason }) => lastError ?? unresolvableReason,
    }),
    failingSince: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when it fails; null if it passed the last check or renewal.',
      select: { failingSince: true, unresolvableSince: true },
      resolve: ({ failingSince, unresolvableSince }) => failingSince ?? unresolvableSince,
    }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime', description: 'When it was registered.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
    version: t.exposeInt('version'),
    trustMarks: t.relation('trustMarks', { query: { orderBy: { id: 'asc' } } }),
  }),
})

async function publicationOf(
  { entityId, active }: Pick<Subordinate, 'entityId' | 'active'>,
  _args: object,
  { isPending }: Context,
) {
  if (await isPending(entityId)) return 'PENDING'
  return active ? 'PUBLISHED' : 'WITHDRAWN'
}

export async function resolvedMetadata(
  row: Pick<Subordinate, keyof typeof resolvable>,
  _args: object,
  { db, entityId: anchor, now }: Context,
) {
  const subordinate = typedSubordinate(row)
  const settings = await readSettings(db)
  try {
    return resolveMetadata(storedChain(subordinate, { settings, anchor, now: toUnix(now()) }))
  } catch (error) {
    if (error instanceof FederationError) return null
    throw error
  }
}

builder.queryField('subordinate', (t) =>
  t.prismaField({
    type: 'Subordinate',
    nullable: true,
    description: 'A subordinate, by its Entity Identifier.',
    authScopes: { read: true },
    args: {
      entityId: t.arg({ type: 'EntityIdentifier', required: true, description: 'Its Entity Identifier.' }),
    },
    resolve: (query, _root, { entityId }, { db }) =>
      db.subordinate.findUnique({ ...query, where: { entityId } }),
  }),
)
