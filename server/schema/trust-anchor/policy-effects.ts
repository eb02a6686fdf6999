/** The effect of a federation policy, grouped by what it does, for members and for entities below Intermediates. */
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { PolicyEffect } from '#server/schema/trust-anchor/policy-effect.ts'
import type { EffectGroup } from '#server/services/effect/effect-groups.ts'
import type { BelowPart, EffectPart } from '#server/services/effect/policy-effects.ts'

const MAXIMUM_ENTITIES = 100
const DEFAULT_ENTITIES = 5
const DEFAULT_GROUPS = 50

type AffectedEntity = { entityId: string; displayName: string | null; superior: string | null }
type Found = { group: EffectGroup; isBelow: boolean }

const AffectedEntityRef = builder.objectRef<AffectedEntity>('PolicyAffectedEntity').implement({
  description: 'An entity that a policy affects.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
    displayName: t.exposeString('displayName', { nullable: true, description: 'Its display name.' }),
    superior: t.expose('superior', {
      type: 'EntityIdentifier',
      nullable: true,
      description: 'The Intermediate above it; null for a subordinate.',
    }),
  }),
})

const EffectGroupRef = builder.objectRef<Found>('PolicyEffectGroup').implement({
  description:
    'Entities on which a policy has the same effect. An entity with several differences is in several groups.',
  authScopes: { read: true },
  fields: (t) => ({
    key: t.string({
      description: 'Names the group for further pages of its entities.',
      resolve: ({ group }) => group.key,
    }),
    effect: t.field({ type: PolicyEffect, description: 'The effect.', resolve: ({ group }) => group.effect }),
    resolvesNow: t.boolean({
      description: 'Whether its entities resolve under the present policy.',
      resolve: ({ group }) => group.resolvesNow,
    }),
    path: t.stringList({
      description: 'The parameter: Entity Type and name. Or the claim at fault; empty if there is none.',
      resolve: ({ group }) => group.path.map(String),
    }),
    operator: t.string({
      nullable: true,
      description: 'The operator of the policy that would refuse them.',
      resolve: ({ group }) => group.operator,
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The present value of the parameter; null if it is absent.',
      resolve: ({ group }) => group.before ?? null,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Its value under the new policy; null if it would be absent.',
      resolve: ({ group }) => group.after ?? null,
    }),
    isMixed: t.boolean({
      description: 'Whether its entities have different values, which are too many for a group each.',
      resolve: ({ group }) => group.isMixed,
    }),
    message: t.string({
      nullable: true,
      description: 'Why the first of its entities would not resolve, or does not resolve now.',
      resolve: ({ group }) => group.message,
    }),
    count: t.int({ description: 'The number of its entities.', resolve: ({ group }) => group.ids.length }),
    entities: t.field({
      type: [AffectedEntityRef],
      description: `Its entities, at most ${MAXIMUM_ENTITIES}.`,
      args: {
        first: t.arg.int({ defaultValue: DEFAULT_ENTITIES, description: 'How many of them.' }),
        skip: t.arg.int({ defaultValue: 0, description: 'How many to leave out at the beginning.' }),
      },
      resolve: (found, { first, skip }, context) => {
        const from = Math.max(0, skip ?? 0)
        const many = Math.min(Math.max(0, first ?? DEFAULT_ENTITIES), MAXIMUM_ENTITIES)
        return readEntities(found, found.group.ids.slice(from, from + many), context)
      },
    }),
  }),
})

async function readEntities({ isBelow }: Found, ids: number[], { db }: Context): Promise<AffectedEntity[]> {
  const query = { where: { id: { in: ids } }, orderBy: { id: 'asc' } } as const
  const select = { entityId: true, displayName: true }
  if (isBelow) return db.collectedEntity.findMany({ ...query, select: { ...select, superior: true } })
  const rows = await db.subordinate.findMany({ ...query, select })
  return rows.map((row) => ({ ...row, superior: null }))
}

type Part = (EffectPart | BelowPart) & { isBelow: boolean }

export const PolicyEffectPart = builder.objectRef<Part>('PolicyEffectPart').implement({
  description: 'The effect of a policy on many entities.',
  authScopes: { read: true },
  fields: (t) => ({
    unchanged: t.exposeInt('unchanged', { description: 'Entities whose metadata does not change.' }),
    changed: t.exposeInt('changed', { description: 'Entities whose metadata changes.' }),
    failing: t.exposeInt('failing', { description: 'Entities that would not resolve.' }),
    alreadyFailing: t.exposeInt('alreadyFailing', {
      description: 'The failing ones that do not resolve under the present policy either.',
    }),
    unknown: t.exposeInt('unknown', { description: 'Entities of which the last crawl read too little.' }),
    examined: t.exposeInt('examined', {
      description: 'The number of examined entities: all, unless that takes more than a minute.',
    }),
    total: t.exposeInt('total', { description: 'The number of entities.' }),
    crawledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the crawl that read them ended; null for subordinates.',
      resolve: (part) => ('crawledAt' in part ? part.crawledAt : null),
    }),
    groups: t.field({
      type: [EffectGroupRef],
      description:
        'The entities that would no longer resolve by rule at fault, then the changes by difference, then entities that do not resolve now. The largest groups of each first.',
      args: { first: t.arg.int({ defaultValue: DEFAULT_GROUPS, description: 'How many of them.' }) },
      resolve: ({ groups, isBelow }, { first }) =>
        groups.slice(0, Math.max(0, first ?? DEFAULT_GROUPS)).map((group) => ({ group, isBelow })),
    }),
    groupCount: t.int({
      description: 'The number of all groups, at most about 200.',
      resolve: ({ groups }) => groups.length,
    }),
    group: t.field({
      type: EffectGroupRef,
      nullable: true,
      description: 'A group by its key; null if no entity is in it any more.',
      args: { key: t.arg.string({ required: true, description: 'Its key.' }) },
      resolve: ({ groups, isBelow }, { key }) => {
        const group = groups.find((each) => each.key === key)
        return group ? { group, isBelow } : null
      },
    }),
  }),
})
