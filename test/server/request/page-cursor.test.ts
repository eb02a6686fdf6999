/** Tests cursors: a list goes on at the place of a row that was removed, and a cursor that is not of the list is refused. */
import { expect, it } from 'vitest'
import { adminInFile, type TestAdmin } from '#test/helpers/admin.ts'

const admin = adminInFile()

const SIZE = 4
const at = (index: number) => new Date(Date.UTC(2026, 0, 1 + Math.floor(index / 2))) // equal values too
const names = Array.from({ length: SIZE }, (_, index) => `row-${index}`)
const common = { metadata: {}, jwks: { keys: [] }, entityConfiguration: '', lastCheckedAt: at(0) }
const key = { key: 'x', referenceId: 'x', createdAt: at(0), updatedAt: at(0) }

async function createOrganizations(names: readonly string[]): Promise<void> {
  for (const name of names) await admin.mutate('createOrganization', { name }, 'id')
}

type Row = {
  /** Creates rows, in the order of the list. */
  fill(db: TestAdmin['server']['db']): Promise<unknown>
  remove(db: TestAdmin['server']['db'], name: string): Promise<unknown>
  name: string
  order: string
}

const lists: Readonly<Record<string, Row>> = {
  subordinates: {
    name: 'note',
    order: 'orderBy: { field: EXPIRES_AT, direction: ASC }',
    fill: (db) =>
      db.subordinate.createMany({
        data: names.map((note, index) => ({
          ...{ ...common, note, entityId: `https://${note}.example.org` },
          entityConfigurationExpiresAt: at(index),
          statementExpiresAt: index < 2 ? at(index) : null, // null comes last
        })),
      }),
    remove: (db, note) => db.subordinate.deleteMany({ where: { note } }),
  },
  trustMarkTypes: {
    name: 'description',
    order: 'orderBy: { field: CREATED_AT, direction: ASC }',
    fill: (db) =>
      db.trustMarkType.createMany({
        data: names.map((description, index) => ({
          description,
          type: `https://${description}.example.org`,
          createdAt: at(index),
        })),
      }),
    remove: (db, description) => db.trustMarkType.deleteMany({ where: { description } }),
  },
  organizations: {
    name: 'name',
    order: '',
    fill: () => createOrganizations(names),
    remove: (db, name) => db.organization.deleteMany({ where: { name } }),
  },
  users: {
    name: 'username',
    order: 'filter: { search: "row-" }',
    fill: (db) =>
      db.user.createMany({
        data: names.map((username) => ({ id: username, name: '', username, email: `${username}@x.example` })),
      }),
    remove: (db, username) => db.user.deleteMany({ where: { username } }),
  },
  apiKeys: {
    name: 'name',
    order: 'filter: { search: "row-" }, orderBy: { field: EXPIRES_AT, direction: ASC }',
    fill: (db) =>
      db.apikey.createMany({
        data: names.map((name, index) => ({
          ...{ ...key, id: name, name },
          expiresAt: index < 2 ? at(index) : null,
        })),
      }),
    remove: (db, name) => db.apikey.deleteMany({ where: { name } }),
  },
  runs: {
    name: 'error',
    order: 'orderBy: { field: STARTED_AT, direction: ASC }',
    fill: (db) =>
      db.run.createMany({
        data: names.map((error, index) => ({
          ...{ error, kind: 'SUBORDINATES', state: 'FAILED', startedBy: 'x' },
          ...{ startedAt: at(index), endedAt: at(index) },
        })),
      }),
    remove: (db, error) => db.run.deleteMany({ where: { error } }),
  },
}

async function ask(list: string, page: string) {
  const { name, order } = lists[list] ?? { name: '', order: '' }
  const document = `{ list: ${list}(${page} ${order}) { edges { cursor node { ${name} } } pageInfo { startCursor endCursor } } }`
  return admin.execute(document, {}, 'admin')
}

async function read(list: string, page: string) {
  const { data, errors } = await ask(list, page)
  if (!data) throw new Error(JSON.stringify(errors))
  const { edges, pageInfo } = data.list
  const { name = '' } = lists[list] ?? {}
  return { ...pageInfo, edges, names: edges.map(({ node }: { node: Record<string, unknown> }) => node[name]) }
}

it.each(Object.keys(lists))('%s go on after and before a row that was removed', async (list) => {
  const { fill, remove } = lists[list] as Row // a key of it
  const { db } = admin.server
  await fill(db)
  const first = await read(list, 'first: 2')
  expect(first.names).toEqual(['row-0', 'row-1'])
  expect(first.endCursor).toBe(first.edges[1].cursor)
  const last = await read(list, 'last: 2')
  expect(last.names).toEqual(['row-2', 'row-3'])
  await remove(db, 'row-1')
  expect((await read(list, `first: 2, after: "${first.endCursor}"`)).names).toEqual(['row-2', 'row-3'])
  await remove(db, 'row-2')
  expect((await read(list, `last: 2, before: "${last.startCursor}"`)).names).toEqual(['row-0'])
})

const encode = (text: string) => Buffer.from(`GPC:${text}`).toString('base64')

it('reads a cursor of an earlier version while its row is there, and refuses it afterwards', async () => {
  const { db } = admin.server
  await createOrganizations(['x-one', 'x-two'])
  const { id } = await db.organization.findFirstOrThrow({ where: { name: 'x-one' } })
  const after = `first: 9, after: "${encode(`N:${id}`)}"`
  expect((await read('organizations', after)).names).toEqual(['x-two'])
  await db.organization.delete({ where: { id } })
  const message = 'This cursor is no longer in the list. Start again with the first page.'
  expect((await ask('organizations', after)).errors?.[0]).toMatchObject({ message })
})

const place = (...parts: unknown[]) => encode(`T:${JSON.stringify(parts)}`)

it.each([
  ['another order', place('S:createdAt', 'S:a', 'N:1'), /of another list or order/],
  ['too few parts', place('S:name', 'S:a'), /of another list or order/],
  [
    'a condition instead of a value',
    place('S:name', 'O:{"contains":""}', 'N:1'),
    /not a cursor of this list/,
  ],
  ['a value that is not there', place('S:name', null, 'N:1'), /not a cursor of this list/],
  ['a value of another type', place('S:name', 'N:1', 'N:1'), /not a cursor of this list/],
  ['a key of another type', place('S:name', 'S:a', 'S:x'), /not a cursor of this list/],
  ['a NUL', place('S:name', 'S:a\0', 'N:1'), /not a cursor of this list/],
  ['a time that does not exist', place('S:name', 'D:x', 'N:1'), /not a cursor of this list/],
])('refuses a cursor with %s', async (_title, cursor, message) => {
  const { errors } = await ask('organizations', `first: 2, after: "${cursor}"`)
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringMatching(message) })])
  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
})

it.each(['first', 'last'])('a page that would be cut is refused: %s', async (name) => {
  const { data, errors } = await admin.execute(`{ subordinates(${name}: 101) { totalCount } }`)
  expect(data).toBeNull()
  expect(errors).toEqual([
    expect.objectContaining({
      message: `${name} is more than 100. Read the list in pages.`,
      extensions: { code: 'INVALID_INPUT', path: [name] },
    }),
  ])
  expect((await admin.execute(`{ subordinates(${name}: 100) { totalCount } }`)).errors).toBeUndefined()
})
