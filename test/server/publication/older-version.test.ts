/** Tests what becomes of a Redis that an older version of the publisher filled. */
import { beforeAll, expect, it, vi } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile, standIn } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'

const type = 'https://ta.example.org/marks/member'

const admin = adminInFile()
const db = standIn(() => admin.server.db)
const entity = inFile(() =>
  startEntity({
    metadata: { openid_relying_party: { redirect_uris: ['https://rp.example.org/cb'] } },
    authorityHints: [admin.entityId],
  }),
)
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type }, 'id')
  await admin.mutate('registerSubordinate', { entityId: entity.id }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: entity.id }, 'id')
})

it('adds the pages of lists to what an older version published', async () => {
  const { client } = admin.redis
  const pagesOf = async () => [
    await client.hgetall('inmor:subordinates:pages'),
    await client.hgetall(`inmor:tmpages:${type}`),
  ]
  const areThere = async () =>
    expect((await pagesOf()).map((pages) => Object.keys(pages))).toEqual([[entity.id], [entity.id]])
  await vi.waitFor(areThere, patience)
  const before = await pagesOf()
  await db.publisherLease.updateMany({ data: { publicationMark: 'older' } })
  await client
    .multi()
    .set('inmor:publication_mark', 'older')
    .del('inmor:subordinates:pages', `inmor:tmpages:${type}`)
    .exec()
  await vi.waitFor(
    async () => expect(await client.get('inmor:publication_mark')).toMatch(/^pages-1:/),
    patience,
  )
  expect(await pagesOf()).toEqual(before)
})
