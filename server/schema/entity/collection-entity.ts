/** The entities of the federation at any depth, from the last crawl (Entity Collection draft). */
import type { GraphQLError } from 'graphql'
import { requestError } from '#server/error/request-error.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { DecodedJwt } from '#server/schema/decoded-jwt.ts'
import {
  type CollectedResult,
  chooseByState,
  createResultReader,
} from '#server/schema/entity/collected-state.ts'
import { inFilter } from '#server/schema/in-filter.ts'
import { SubordinateProblem, SubordinateState } from '#server/schema/subordinate/subordinate-state.ts'
import { displayName } from '#server/services/entity/display-name.ts'
import { searchTerm } from '#server/services/search.ts'
import type { CollectionRecord, CollectionTrustMark } from '#store/collection-record.ts'

const MAXIMUM = 100
const DEFAULT = 25

const CollectionTrustMarkRef = builder.objectRef<CollectionTrustMark>('CollectionTrustMark').implement({
  description: 'A Trust Mark of an entity, verified by the crawl.',
  authScopes: { read: true },
  fields: (t) => ({
    trustMarkType: t.expose('trust_mark_type', { type: 'URL', description: 'Its type.' }),
    mark: t.field({
      type: DecodedJwt,
      description: 'The Trust Mark.',
      resolve: ({ trust_mark: jwt }) => ({ jwt }),
    }),
  }),
})

type Found = CollectionRecord & { result: (entityId: string) => Promise<CollectedResult> }

const CollectionEntity = builder.objectRef<Found>('CollectionEntity').implement({
  description: 'An entity found by the last crawl.',
  authScopes: { read: true },
  fields: (t) => ({
    entityId: t.expose('entity_id', { type: 'EntityIdentifier', description: 'Its Entity Identifier.' }),
    entityTypes: t.exposeStringList('entity_types', { description: 'Its Entity Types.' }),
    displayName: t.string({
      nullable: true,
      description: 'Its display name.',
      resolve: ({ ui_infos }) => displayName(ui_infos),
    }),
    logoUri: t.field({
      type: 'URL',
      nullable: true,
      description: 'Its logo.',
      resolve: ({ ui_infos }) => logoOf(ui_infos),
    }),
    uiInfos: t.expose('ui_infos', {
      type: 'JSON',
      description: 'Its display information by Entity Type, in all languages.',
    }),
    trustMarks: t.expose('trust_marks', {
      type: [CollectionTrustMarkRef],
      description: 'Its verified Trust Marks.',
    }),
    state: t.field({
      type: SubordinateState,
      nullable: true,
      description:
        'Its state: of its registration here, or else whether it resolves under the present policy and constraints with what the last crawl read. Null: the crawl could not read enough of it.',
      resolve: async ({ entity_id: entityId, result }) => (await result(entityId)).state,
    }),
    problem: t.field({
      type: SubordinateProblem,
      nullable: true,
      description: 'What is wrong with it; null in the states `ACTIVE`, `INACTIVE` and null.',
      resolve: async ({ entity_id: entityId, result }) => (await result(entityId)).problem,
    }),
    superior: t.field({
      type: 'EntityIdentifier',
      nullable: true,
      description: 'The Intermediate above it; null for a registered entity.',
      resolve: async ({ entity_id: entityId, result }) => (await result(entityId)).superior,
    }),
    subordinate: t.prismaField({
      type: 'Subordinate',
      nullable: true,
      description: 'Its registration here; null for entities below an Intermediate and removed ones.',
      resolve: (query, { entity_id: entityId }, _args, { db }) =>
        db.subordinate.findUnique({ ...query, where: { entityId } }),
    }),
  }),
})

/** The first logo with an http or https URL. */
function logoOf(infos: CollectionRecord['ui_infos']): string | null {
  const logos = Object.values(infos).map(({ logo_uri: logo }) => logo)
  return logos.find((logo) => typeof logo === 'string' && /^https?:\/\//.test(logo)) as string | null
}

const CollectionFilter = builder.inputType('CollectionFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    search: t.string({
      description: 'Words that must all occur in the Entity Identifier or in one name; case-insensitive.',
    }),
    entityType: t.string({ description: 'An Entity Type, such as `openid_provider`.' }),
    trustMarkType: t.field({ type: 'URL', description: 'The type of a verified Trust Mark.' }),
    state: t.field({ type: SubordinateState, description: 'Its state.' }),
  }),
})

function readerFilter(filter: typeof CollectionFilter.$inferInput | null | undefined) {
  return {
    entityTypes: filter?.entityType ? [filter.entityType] : [],
    trustMarkTypes: filter?.trustMarkType ? [filter.trustMarkType] : [],
    query: inFilter(() => searchTerm(filter?.search)),
  }
}

function withResults(records: readonly CollectionRecord[], context: Pick<Context, 'db' | 'now'>): Found[] {
  const entityIds = records.map(({ entity_id: entityId }) => entityId)
  const result = createResultReader(entityIds, context)
  return records.map((record) => ({ ...record, result }))
}

builder.queryField('collectionEntity', (t) =>
  t.field({
    type: CollectionEntity,
    nullable: true,
    description: 'An entity found by the last crawl, by its Entity Identifier.',
    authScopes: { read: true },
    args: {
      entityId: t.arg({ type: 'EntityIdentifier', required: true, description: 'Its Entity Identifier.' }),
    },
    resolve: async (_root, { entityId }, context) => {
      const record = await context.anchor.reader.collection.entity(entityId)
      return record ? withResults([record], context)[0] : null
    },
  }),
)

builder.queryField('collectionEntities', (t) =>
  t.connection(
    {
      type: CollectionEntity,
      nullable: true, // it fails apart from the rest of a document
      description:
        'The entities of the federation at any depth from the last crawl, by identifier, at most 100 per page. Forward pagination only. Null beside an error.',
      authScopes: { read: true },
      args: { filter: t.arg({ type: CollectionFilter, description: 'The filter.' }) },
      resolve: async (_root, { filter: given, ...args }, context) => {
        const filter = readerFilter(given)
        const { from, limit } = window(args)
        const choice = given?.state ? await chooseByState(given.state, context.anchor) : undefined
        const { records, next } = await context.anchor.reader.collection.page(filter, from, limit, choice)
        const edges = withResults(records, context).map((node) => ({
          node,
          cursor: encodeCursor(node.entity_id),
        }))
        return {
          filter,
          choice,
          edges,
          pageInfo: {
            hasNextPage: next !== undefined,
            hasPreviousPage: from !== undefined,
            startCursor: edges.at(0)?.cursor ?? null,
            endCursor: edges.at(-1)?.cursor ?? null,
          },
        }
      },
    },
    {
      name: 'CollectionEntityConnection',
      fields: (t) => ({
        totalCount: t.int({
          description: 'The number of entities on all pages.',
          authScopes: { read: true },
          resolve: ({ filter, choice }, _args, { anchor: { reader } }) =>
            reader.collection.count(filter, choice),
        }),
        walkedAt: t.field({
          type: 'DateTime',
          nullable: true,
          description: 'When the last crawl ended; null: none yet.',
          authScopes: { read: true },
          resolve: async (_connection, _args, { anchor: { reader } }) => {
            const state = await reader.collection.state()
            return state?.lastUpdated === undefined ? null : new Date(state.lastUpdated * 1000)
          },
        }),
      }),
    },
    { name: 'CollectionEntityEdge' },
  ),
)

type Window = {
  first?: number | null | undefined
  after?: string | null | undefined
  last?: number | null | undefined
  before?: string | null | undefined
}

function window({ first, after, last, before }: Window): { from: string | undefined; limit: number } {
  if (last != null || before != null)
    throw refusal('The collection can only be read forward, with first and after.')
  if (first != null && first < 0) throw refusal('first must not be negative.')
  // The smallest identifier after the cursor.
  const from = after == null ? undefined : `${decodeCursor(after)}\0`
  return { from, limit: Math.min(first ?? DEFAULT, MAXIMUM) }
}

const PREFIX = 'entity:'
const encodeCursor = (entityId: string) => Buffer.from(PREFIX + entityId).toString('base64url')

function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!text.startsWith(PREFIX)) throw refusal('This is not a cursor of the collection.')
  return text.slice(PREFIX.length)
}

function refusal(message: string): GraphQLError {
  return requestError('BAD_USER_INPUT', message)
}
