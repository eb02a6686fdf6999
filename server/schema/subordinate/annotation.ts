/** The tags of subordinates that are in use. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import { tagKey } from '#server/services/annotation.ts'
import { searchTerm } from '#server/services/search.ts'

type TagCount = { tag: string; count: number }

const SubordinateTag = builder.objectRef<TagCount>('SubordinateTag').implement({
  description: 'A tag of subordinates.',
  authScopes: { read: true },
  fields: (t) => ({
    tag: t.exposeString('tag', { description: 'The tag, in one of its spellings.' }),
    count: t.exposeInt('count', { description: 'How many subordinates have it.' }),
  }),
})

const MAXIMUM = 100

builder.queryField('subordinateTags', (t) =>
  t.field({
    type: [SubordinateTag],
    description: 'The tags in use, the most frequent first.',
    authScopes: { read: true },
    args: {
      search: t.arg.string({ description: 'A part of the tag; case-insensitive.' }),
      first: t.arg.int({ defaultValue: 20, description: `How many of them, at most ${MAXIMUM}.` }),
    },
    resolve: (_root, { search, first }, { db }) => {
      const part = tagKey(searchTerm(search) ?? '')
      const limit = Math.min(Math.max(0, first ?? 20), MAXIMUM)
      return db.$queryRaw<TagCount[]>(Prisma.sql`
        SELECT min(t.tag) AS "tag", count(*)::int AS "count"
        FROM "Subordinate" AS s, unnest(s."tags", s."tagKeys") AS t (tag, key)
        WHERE s."tagKeys" <> '{}' AND strpos(t.key, ${part}) > 0
        GROUP BY t.key ORDER BY 2 DESC, t.key LIMIT ${limit}`)
    },
  }),
)
