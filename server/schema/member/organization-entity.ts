/** The entities of an organization, as its members see them: what the federation publishes about them, and their health. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import { globalId } from '#server/schema/global-id.ts'
import { requireCaller } from '#server/schema/input.ts'
import { MemberAnchorRef } from '#server/schema/member/member-organization.ts'
import { RequestableMarkRef, readRequestable } from '#server/schema/member/requestable-mark.ts'
import { readPage } from '#server/schema/page.ts'
import { resolvable, resolvedMetadata } from '#server/schema/subordinate/subordinate.ts'
import {
  SubordinateCheck,
  SubordinateProblem,
  SubordinateState,
} from '#server/schema/subordinate/subordinate-state.ts'
import { TrustMarkState, trustMarkStateOf } from '#server/schema/trust-mark/trust-mark.ts'
import {
  problemColumns,
  problemOf,
  stateColumns,
  stateOf,
  whereProblem,
} from '#server/services/subordinate/problem.ts'
import type { RecentCheck } from '#server/services/subordinate/recent-check.ts'

const OrganizationEntityMark = builder.prismaObject('TrustMark', {
  variant: 'OrganizationEntityMark',
  description: 'A Trust Mark that an entity of the organization has from this anchor.',
  authScopes: { member: true },
  select: { id: true },
  fields: (t) => ({
    trustMarkType: t.field({
      type: 'URL',
      description: 'The identifier of its type.',
      select: { trustMarkType: { select: { type: true } } },
      resolve: ({ trustMarkType }) => trustMarkType.type,
    }),
    description: t.string({
      nullable: true,
      description: 'What the type means.',
      select: { trustMarkType: { select: { description: true } } },
      resolve: ({ trustMarkType }) => trustMarkType.description,
    }),
    state: t.field({
      type: TrustMarkState,
      description: 'Its state.',
      select: { active: true, invalidReason: true, expiresAt: true },
      resolve: (row, _args, { now }) => trustMarkStateOf(row, now()),
    }),
    mark: t.field({
      type: DecodedJwt,
      description: 'The current mark, to be published in the Entity Configuration (§7.3).',
      select: { jwt: true },
      resolve: ({ jwt }) => ({ jwt }),
    }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: 'When the JWT was issued.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the JWT expires.' }),
  }),
})

const OrganizationEntity = builder.prismaObject('Subordinate', {
  variant: 'OrganizationEntity',
  description: 'An entity of an organization for which the caller acts, registered in an anchor.',
  authScopes: { member: true },
  select: { id: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
    displayName: t.exposeString('displayName', { nullable: true, description: 'Its display name.' }),
    organizationId: t.id({
      nullable: true,
      description: 'The id of its organization.',
      select: { organizationId: true },
      resolve: ({ organizationId }) =>
        organizationId === null ? null : globalId('Organization', organizationId),
    }),
    entityTypes: t.exposeStringList('entityTypes', { description: 'Its Entity Types.' }),
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
      select: { check: { select: { recent: true } } },
      resolve: ({ check }) => (check?.recent ?? []) as RecentCheck[], // written by server/jobs/checks.ts
    }),
    lastCheckedAt: t.expose('lastCheckedAt', { type: 'DateTime', description: 'When it was checked last.' }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime', description: 'When it was registered.' }),
    entityConfigurationExpiresAt: t.expose('entityConfigurationExpiresAt', { type: 'DateTime' }),
    statementExpiresAt: t.expose('statementExpiresAt', { type: 'DateTime', nullable: true }),
    entityConfiguration: t.field({
      type: DecodedJwt,
      description: 'Its Entity Configuration, as fetched last.',
      select: { entityConfiguration: true },
      resolve: ({ entityConfiguration }) => ({ jwt: entityConfiguration }),
    }),
    statement: t.field({
      type: DecodedJwt,
      nullable: true,
      description: 'The Subordinate Statement about it, served while it is active.',
      select: { statement: true },
      resolve: ({ statement }) => (statement === null ? null : { jwt: statement }),
    }),
    resolvedMetadata: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Its metadata as others see it, after the statement’s metadata, constraints and policy (§6.1.4.2); null if they reject it.',
      select: resolvable,
      resolve: resolvedMetadata,
    }),
    requestableMarks: t.field({
      type: [RequestableMarkRef],
      description: 'The Trust Marks of the anchor that the organization can ask for, at most 200.',
      select: { entityId: true },
      resolve: ({ entityId }, _args, { db }) => readRequestable(db, entityId),
    }),
    trustMarks: t.prismaField({
      type: [OrganizationEntityMark],
      description: 'The Trust Marks that the anchor issued to it.',
      select: { entityId: true },
      resolve: (query, { entityId }, _args, { db }) =>
        db.trustMark.findMany({ ...query, where: { entityId }, orderBy: { id: 'asc' } }),
    }),
  }),
})

builder.objectField(MemberAnchorRef, 'entities', (t) =>
  t.prismaConnection(
    {
      type: OrganizationEntity,
      cursor: 'id',
      description:
        'The entities of the organization in this anchor, by Entity Identifier, at most 100 per page.',
      args: {
        hasProblem: t.arg.boolean({
          description:
            'Only those with a problem, or only those without: their state is neither `ACTIVE` nor `INACTIVE`.',
        }),
      },
      totalCount: ({ organizationId }, { hasProblem }, { db, now }) =>
        db.subordinate.count({ where: whereOwn(organizationId, hasProblem, now()) }),
      resolve: (query, { organizationId }, { hasProblem }, { db, now }) => {
        const own = whereOwn(organizationId, hasProblem, now())
        return readPage(
          query,
          { column: 'entityId', direction: 'asc' },
          (where) => db.subordinate.findUnique({ where, select: { id: true, entityId: true } }),
          ({ conditions, ...range }) =>
            db.subordinate.findMany({ ...range, where: { AND: [own, conditions] } }),
        )
      },
    },
    { name: 'OrganizationEntityConnection' },
    { name: 'OrganizationEntityEdge' },
  ),
)

builder.queryField('organizationEntity', (t) =>
  t.prismaField({
    type: OrganizationEntity,
    nullable: true,
    description:
      'An entity of an organization for which the caller acts; null if no such entity is registered in the anchor.',
    authScopes: { member: true },
    extensions: { ofInstallation: true },
    args: {
      anchor: t.arg.string({ required: true, description: 'The slug of the anchor.' }),
      entityId: t.arg({ type: 'EntityIdentifier', required: true, description: 'Its Entity Identifier.' }),
    },
    resolve: async (query, _root, { anchor, entityId }, context, info) => {
      const own = await context.installation.accounts.listOwnOrganizations(requireCaller(context))
      const ids = own.flatMap(({ id, anchors }) =>
        anchors.some(({ anchorSlug }) => anchorSlug === anchor) ? [id] : [],
      )
      const running = ids.length > 0 ? context.anchors.find(anchor)?.running : undefined
      if (!running) return null
      scopeField(info, contextOf(context, running))
      const organizationId = { in: ids }
      return running.db.subordinate.findFirst({ ...query, where: { entityId, organizationId } })
    },
  }),
)

function whereOwn(
  organizationId: number,
  hasProblem: boolean | null | undefined,
  now: Date,
): Prisma.SubordinateWhereInput {
  if (typeof hasProblem !== 'boolean') return { organizationId }
  return { organizationId, AND: hasProblem ? whereProblem(now) : { NOT: whereProblem(now) } }
}
