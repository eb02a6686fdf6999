/** What a plan does to members, to entities below Intermediates and to Trust Marks. */
import { formatPath } from '#core/path.ts'
import { builder } from '#server/schema/builder.ts'
import type { EndingMarks } from '#server/services/effect/ending-marks.ts'
import type { PlanEffect } from '#server/services/effect/plan-effect.ts'
import {
  EXAMPLES,
  type NamedEntity,
  type PlaceCounts,
  type PlanGroup,
  readEntities,
} from '#server/services/effect/tally.ts'

const EntityRef = builder.objectRef<NamedEntity>('ConfigurationEffectEntity').implement({
  description: 'An entity that a plan affects.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entityId', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
    displayName: t.exposeString('displayName', {
      nullable: true,
      description: 'Its display name; null: it has none.',
    }),
  }),
})

const GroupRef = builder.objectRef<PlanGroup>('ConfigurationEffectGroup').implement({
  description: 'Entities to which a plan does the same.',
  authScopes: { read: true },
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Names the group in `group` of the same effect.' }),
    below: t.boolean({
      description: 'Whether they are below Intermediates; otherwise they are members.',
      resolve: ({ place }) => place === 'BELOW',
    }),
    path: t.string({
      description:
        'The parameter, such as `openid_provider.contacts`, or the claim at fault; empty if there is none.',
      resolve: ({ path }) => formatPath(path),
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value of the parameter now; null where it is absent.',
      resolve: ({ before }) => before ?? null,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value after the plan; null where it is absent.',
      resolve: ({ after }) => after ?? null,
    }),
    isMixed: t.exposeBoolean('isMixed', {
      description: 'Whether they have different values or reasons, too many for a group each.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why the first of them would not resolve, or does not resolve now; null for a change.',
    }),
    count: t.exposeInt('count', { description: 'How many there are.' }),
    examples: t.stringList({
      description: 'The Entity Identifiers of some of them, at most 20.',
      resolve: ({ examples }) => examples.map(({ entityId }) => entityId),
    }),
    entities: t.field({
      type: [EntityRef],
      description: 'They with their names, in pages.',
      args: {
        first: t.arg.int({ defaultValue: EXAMPLES, description: 'How many at most.' }),
        skip: t.arg.int({ defaultValue: 0, description: 'How many before them are left out.' }),
      },
      resolve: (group, { first, skip }, { db }) =>
        readEntities(db, group, Math.max(0, skip ?? 0), Math.max(0, first ?? EXAMPLES)),
    }),
  }),
})

const CountsRef = builder.objectRef<PlaceCounts>('ConfigurationEffectCounts').implement({
  description: 'Entities, each once.',
  authScopes: { read: true },
  fields: (t) => ({
    stops: t.exposeInt('stops', { description: 'They resolve now, and would not.' }),
    starts: t.exposeInt('starts', { description: 'They do not resolve now, and would.' }),
    changes: t.exposeInt('changes', { description: 'They would resolve with other metadata.' }),
    examined: t.exposeInt('examined', { description: 'Those that the plan can touch.' }),
    unknown: t.exposeInt('unknown', { description: 'Those of which what is stored does not tell.' }),
  }),
})

const MarksRef = builder.objectRef<EndingMarks>('ConfigurationEndingMarks').implement({
  description: 'Trust Marks of a type that end for one reason.',
  authScopes: { read: true },
  fields: (t) => ({
    trustMarkType: t.exposeString('trustMarkType', { description: 'The Trust Mark type.' }),
    reason: t.exposeString('reason', {
      description:
        'Why they end: REVOKED, HOLDER_REMOVED, TYPE_REMOVED, TYPE_DEACTIVATED, DELEGATION or ISSUER.',
    }),
    count: t.exposeInt('count', { description: 'How many there are.' }),
    examples: t.exposeStringList('examples', { description: 'The holders of some of them.' }),
  }),
})

export const PlanEffectRef = builder.objectRef<PlanEffect>('ConfigurationEffect').implement({
  description:
    'What a plan does to members, to entities below Intermediates and to Trust Marks, from what is stored. New members are not examined.',
  authScopes: { read: true },
  fields: (t) => ({
    stops: t.expose('stops', { type: [GroupRef], description: 'Entities that stop to resolve.' }),
    starts: t.expose('starts', { type: [GroupRef], description: 'Entities that start to resolve.' }),
    changes: t.expose('changes', {
      type: [GroupRef],
      description:
        'Entities that resolve with other metadata. One with several differences is in several groups.',
    }),
    group: t.field({
      type: GroupRef,
      nullable: true,
      description: 'One of these groups; null: there is none with this key any more.',
      args: { key: t.arg.string({ required: true, description: 'The key of the group.' }) },
      resolve: ({ stops, starts, changes }, { key }) =>
        [...stops, ...starts, ...changes].find((group) => group.key === key) ?? null,
    }),
    members: t.expose('members', { type: CountsRef, description: 'The numbers of members.' }),
    below: t.expose('below', {
      type: CountsRef,
      description: 'The numbers of entities below Intermediates, as of the last crawl.',
    }),
    marksEnd: t.expose('marksEnd', { type: [MarksRef], description: 'Trust Marks that end.' }),
    unread: t.int({
      description:
        'Intermediates that it touches, and below which the last crawl read nothing: what stops there is unknown.',
      resolve: ({ unread }) => unread.count,
    }),
    unreadExamples: t.stringList({
      description: 'The Entity Identifiers of some of them, at most 20.',
      resolve: ({ unread }) => unread.examples,
    }),
    crawledAt: t.expose('crawledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last crawl ended; null before the first.',
    }),
    newMembers: t.int({
      description: 'Members that it registers.',
      resolve: ({ newMembers }) => newMembers.count,
    }),
    fetchedMembers: t.exposeInt('fetchedMembers', {
      description:
        'Members that are fetched and examined again when the plan is applied: what they publish by then decides.',
    }),
    isComplete: t.exposeBoolean('isComplete', {
      description: 'False: it took too long, and some entities were not examined.',
    }),
  }),
})
