/** Tests organizations of several anchors: each sees those that it admits, and all see the same one. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
beforeAll(() => makeAnchor(admin, 'test'))

const as = (
  name: string,
  input: object,
  selection = 'id name',
  key: 'admin' | 'operator' | 'viewer' = 'admin',
) => admin.mutate(name, input, selection, key)

async function namesIn(anchor: string): Promise<string[]> {
  const document = 'query ($anchor: String) { organizations(anchor: $anchor) { edges { node { name } } } }'
  const { data } = await admin.execute(document, { anchor }, 'admin')
  return data.organizations.edges.map(({ node }: { node: { name: string } }) => node.name)
}

const identity = { identifier: '202100-3211', identifierScheme: 'SE-ON' }

it('is in the anchor that creates it, until another one admits it', {
  tags: [
    'mutation/admitOrganization/success',
    'mutation/admitOrganization/audit',
    'mutation/admitOrganization/ConflictError',
    'mutation/admitOrganization/NotFoundError',
  ],
}, async () => {
  const { id } = await as('createOrganization', { anchor: 'test', name: 'Lund', ...identity })
  expect([await namesIn('main'), await namesIn('test')]).toEqual([[], ['Lund']])
  // Operators of another anchor do not learn its name.
  expect(await as('createOrganization', { anchor: 'main', name: 'Copy', ...identity })).toMatchObject({
    code: 'CONFLICT',
    message: 'An organization of another anchor has this identifier. Admit it from there instead.',
    path: ['input', 'identifier'],
  })
  await expect(as('admitOrganization', { id, to: 'main' }, 'id', 'operator')).rejects.toThrow('NOT_FOUND')
  const { data } = await admin.execute('{ users(first: 9) { edges { node { id username } } } }', {}, 'admin')
  const { node } = data.users.edges.find(
    ({ node }: { node: { username: string } }) => node.username === 'viewer',
  )
  await as('updateUser', { id: node.id, anchorRoles: [{ anchor: 'test', role: 'OPERATOR' }] }, 'id')
  // It reads in both, and operates in the other one only.
  await expect(as('admitOrganization', { id, to: 'main' }, 'id', 'viewer')).rejects.toThrow('FORBIDDEN')
  expect(await as('admitOrganization', { id: 'unknown', to: 'main' })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await as('admitOrganization', { id, to: 'main' })).toMatchObject({ name: 'Lund' })
  expect(await as('admitOrganization', { id, to: 'main' })).toMatchObject({
    code: 'CONFLICT',
    message: 'Lund is in this anchor already.',
  })
  expect([await namesIn('main'), await namesIn('test')]).toEqual([['Lund'], ['Lund']])
  const entries = await admin.server.installation.auditEvent.findMany({
    where: { action: 'admitOrganization', outcome: 'SUCCEEDED' },
  })
  expect(entries).toMatchObject([{ anchor: null, resource: 'Lund' }])

  const renamed = await as('updateOrganization', { id, name: 'Lund University' }, 'anchors { slug }')
  expect(renamed.anchors).toEqual([{ slug: 'main' }, { slug: 'test' }])
  expect(await namesIn('main')).toEqual(['Lund University'])
})

it('names its anchors and its home to those who have a role there', async () => {
  const { id } = await as('createOrganization', { anchor: 'main', name: 'Seen' })
  await as('admitOrganization', { id, to: 'test' })
  const { key } = await as('createApiKey', { username: 'admin', name: 'test', anchor: 'test' }, 'key')
  const query = `{ organizations(anchor: "test", filter: { search: "Seen" }) { edges { node { anchors { slug } home { slug } } } } }`
  const seen = async (apiKey: string) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': apiKey }
    const request = { method: 'POST', headers, body: JSON.stringify({ query }) }
    const { data } = await (await fetch(`${admin.adminUrl}/graphql`, request)).json()
    return data.organizations.edges[0].node
  }
  expect(await seen(admin.keys.admin)).toEqual({
    anchors: [{ slug: 'main' }, { slug: 'test' }],
    home: { slug: 'main' },
  })
  expect(await seen(key)).toEqual({ anchors: [{ slug: 'test' }], home: null })
})

it('has members in each anchor, and is deleted after the last one has removed it', async () => {
  const { id: created } = await as('createOrganization', { anchor: 'test', name: 'Both' })
  const { id: inMain } = await as('admitOrganization', { id: created, to: 'main' })
  expect(inMain).not.toBe(created)
  const hints = [admin.entityId, `${admin.entityId}/test`]
  const { id: entityId } = await startLeaf(admin, { authorityHints: hints })
  const register = (anchor: string, organizationId: string) =>
    as('registerSubordinate', { anchor, entityId, organizationId }, 'id organization { memberCount }')
  expect(await register('test', created)).toMatchObject({ organization: { memberCount: 1 } })
  const { id: member } = await register('main', inMain)
  const [here, there] = [
    () => as('removeOrganization', { id: inMain }, ''),
    () => as('removeOrganization', { id: created }, ''),
  ]
  expect(await here()).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('has 1 member.') })
  await as('removeSubordinate', { id: member }, '')
  expect(await here()).toMatchObject({ ids: [inMain] })
  expect(await namesIn('main')).not.toContain('Both')
  expect(await namesIn('test')).toContain('Both')
  expect(await there()).toMatchObject({ code: 'CONFLICT' })
  const { running } = admin.server.anchors.find('test') ?? {}
  await running?.db.subordinate.deleteMany()
  expect(await there()).toMatchObject({ ids: [created] })
  expect(await admin.server.installation.organization.count({ where: { name: 'Both' } })).toBe(0)
})

it('comes along with a promoted member where the other anchor admits it', async () => {
  const { id: known } = await as('createOrganization', { anchor: 'test', name: 'Known' })
  const { id: unknown } = await as('createOrganization', { anchor: 'test', name: 'Unknown' })
  await as('admitOrganization', { id: known, to: 'main' })
  const hints = [admin.entityId, `${admin.entityId}/test`]
  const ids: string[] = []
  for (const organizationId of [known, unknown]) {
    const { id: entityId } = await startLeaf(admin, { authorityHints: hints })
    ids.push((await as('registerSubordinate', { anchor: 'test', entityId, organizationId }, 'id')).id)
  }
  await as('promoteSubordinates', { from: 'test', to: 'main', subordinates: { ids } }, 'id')
  const document = '{ subordinates(anchor: "main") { edges { node { organization { name } } } } }'
  const organizations = async () => (await admin.execute(document, {}, 'admin')).data?.subordinates.edges
  await expect
    .poll(organizations)
    .toEqual(
      expect.arrayContaining([
        { node: { organization: { name: 'Known' } } },
        { node: { organization: null } },
      ]),
    )
})
