/** Tests tags of many subordinates: the filter, the search, the tags in use, and a change of a selection. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
beforeAll(async () => {
  await admin.server.db.subordinate.createMany({
    data: [
      row('a', 'Calls before noon.', ['Pilot', 'North']),
      row('b', null, ['pilot', '100%_sure']),
      row('c', null, ['north']),
      row('d', null, []),
    ],
  })
})

const row = (name: string, note: string | null, tags: string[]) => ({
  entityId: `https://${name}.example.org`,
  metadata: {},
  jwks: { keys: [] },
  entityConfiguration: 'a.b.c',
  entityConfigurationExpiresAt: new Date(Date.now() + 3_600_000),
  lastCheckedAt: new Date(),
  active: false,
  note,
  tags,
  tagKeys: tags.map((tag) => tag.toLowerCase()),
})

/** The first letters of the matching entities. */
async function found(filter: object): Promise<string> {
  const document = `query ($filter: SubordinateFilter) {
    subordinates(filter: $filter) { totalCount edges { node { entityId } } } }`
  const { data } = await admin.execute(document, { filter }, 'viewer')
  const ids = data.subordinates.edges.map(({ node }: { node: { entityId: string } }) => node.entityId)
  expect(data.subordinates.totalCount).toBe(ids.length)
  return ids.map((entityId: string) => new URL(entityId).hostname[0]).join('')
}

it.each([
  ['one tag, in any case', ['PILOT'], 'ab'],
  ['all of several tags', ['pilot', ' north '], 'a'],
  ['no tag', [], 'abcd'],
  ['an unknown tag', ['pil'], ''],
])('filters by %s', async (_what, tags, names) => {
  expect(await found({ tags })).toBe(names)
})

it('refuses to filter by more tags than a subordinate can have', async () => {
  const tags = Array.from({ length: 21 }, (_, at) => `t${at}`)
  const { errors } = await admin.execute(
    'query ($tags: [String!]) { subordinates(filter: { tags: $tags }) { totalCount } }',
    { tags },
  )
  expect(errors).toMatchObject([{ message: expect.stringContaining('at most 20') }])
})

it.each([
  ['a tag', 'north', 'ac'],
  ['words of note and tags', 'noon pilot', 'a'],
  ['a wildcard in a tag, literally', '100%_s', 'b'],
])('searches %s', async (_what, search, names) => {
  expect(await found({ search })).toBe(names)
})

it('finds a note as soon as it is changed', async () => {
  const { db } = admin.server
  await db.subordinate.updateMany({ where: { entityId: 'https://d.example.org' }, data: { note: 'Zebra.' } })
  expect(await found({ search: 'zebra' })).toBe('d')
})

it('lists the tags in use with their counts, the most frequent first', async () => {
  const tags = async (variables: object = {}) => {
    const document =
      'query ($search: String, $first: Int) { subordinateTags(search: $search, first: $first) { tag count } }'
    return (await admin.execute(document, variables, 'viewer')).data.subordinateTags
  }
  const spelled = (tag: RegExp, count: number) => ({ tag: expect.stringMatching(tag), count })
  const all = [spelled(/^north$/i, 2), spelled(/^pilot$/i, 2), { tag: '100%_sure', count: 1 }]
  expect(await tags()).toEqual(all)
  expect(await tags({ search: 'LOT' })).toEqual([all[1]])
  expect(await tags({ search: '%_' })).toEqual([all[2]])
  expect(await tags({ first: 1 })).toEqual([all[0]])
  expect(await tags({ first: -1 })).toEqual([])
  expect(await tags({ search: 'none' })).toEqual([])
})

type Result = { ok: boolean; message: string | null }
const start = (ids: string[], changes: object, further: object = {}) =>
  admin.mutate(
    'startSubordinateChange',
    { action: 'UPDATE', subordinates: { ids }, changes, ...further },
    'id',
  )

async function change(...input: Parameters<typeof start>): Promise<Result[]> {
  const { id, message } = await start(...input)
  if (!id) throw new Error(message)
  return itemsOf(await watchRun(admin, id)).map(({ ok, message }) => ({ ok, message }))
}

it('adds and removes tags of a selection without a new statement', async () => {
  const { leaf, id } = await registerLeaf(admin, { tags: ['Kept', 'Old'] })
  const read = () => admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })
  const { statement } = await read()
  const changes = { addTags: ['new', 'KEPT'], removeTags: ['old'] }
  expect(await change([id], changes, { dryRun: true })).toEqual([
    { ok: true, message: 'Would change the member: tags.' },
  ])
  expect(await read()).toMatchObject({ tags: ['Kept', 'Old'], version: 1 })
  expect(await change([id], changes)).toEqual([{ ok: true, message: null }])
  expect(await read()).toMatchObject({
    tags: ['Kept', 'new'],
    tagKeys: ['kept', 'new'],
    version: 2,
    statement,
  })
  expect(await change([id], changes)).toEqual([]) // it has them already
  // A setting that is the same does not sign the statement again.
  await change([id], { autorenew: true, addTags: ['more'] })
  expect(await read()).toMatchObject({ tags: ['Kept', 'new', 'more'], statement })
})

it('fails a member that would have too many tags, and no other', async () => {
  const [full, empty] = [await startLeaf(admin), await startLeaf(admin)]
  const tags = Array.from({ length: 20 }, (_, at) => `t${at}`)
  const ids = [(await register(admin, full, { tags })).id, (await register(admin, empty)).id]
  const results = await change(ids, { addTags: ['one more'] })
  expect(results).toEqual(
    expect.arrayContaining([
      { ok: false, message: '21 tags are too many. At most 20 are allowed.' },
      { ok: true, message: null },
    ]),
  )
})

it.each([
  ['an invalid tag', { addTags: ['a,b'] }, ['addTags', '0']],
  ['a tag to add and to remove', { addTags: ['Same'], removeTags: ['same'] }, ['removeTags']],
])('refuses to start with %s', async (_what, changes, path) => {
  const { id } = await registerLeaf(admin)
  expect(await start([id], changes)).toMatchObject({
    code: 'INVALID_INPUT',
    path: ['input', 'changes', ...path],
  })
})
