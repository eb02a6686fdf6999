/** Tests that a role in the first anchor does not open the entries of the installation, which are in the same log. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { createRestClient } from '#test/helpers/rest.ts'
import { subscribe } from '#test/helpers/subscription.ts'

let key: string
/** An entry about a user. */
let hidden: string

const admin = adminInFile()
beforeAll(async () => {
  await makeAnchor(admin, 'test')
  const input = { username: 'mia', password: PASSWORD, anchorRoles: [{ anchor: 'main', role: 'ADMIN' }] }
  await admin.mutate('createUser', input, 'id', 'admin')
  key = (await admin.mutate('createApiKey', { username: 'mia', name: 'test' }, 'key', 'admin')).key
  await admin.mutate('updateTrustAnchor', { anchor: 'main', organizationName: 'Main' }, 'slug', 'admin')
  hidden = (await entries('admin', '{ resourceTypes: [USER] }')).nodes[0]?.id ?? ''
})

type Entry = { id: string; action: string; resource: string }

async function ask(as: string, query: string) {
  const headers = { 'content-type': 'application/json', 'x-api-key': as === 'admin' ? admin.keys.admin : as }
  const body = JSON.stringify({ query })
  const response = await fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })
  return (await response.json()).data
}

async function entries(as: string, filter = '{}'): Promise<{ nodes: Entry[]; totalCount: number }> {
  const fields = 'totalCount edges { node { id action resource } }'
  const { auditEvents } = await ask(
    as,
    `{ auditEvents(anchor: "main", first: 50, filter: ${filter}) { ${fields} } }`,
  )
  return {
    nodes: auditEvents.edges.map(({ node }: { node: Entry }) => node),
    totalCount: auditEvents.totalCount,
  }
}

it('lists the entries of the anchor and those of the caller only', async () => {
  const { nodes, totalCount } = await entries(key)
  expect(nodes.map(({ action }) => action)).toContain('UPDATE_TRUST_ANCHOR')
  expect(nodes.filter(({ action }) => /User|ApiKey/.test(action))).toEqual([])
  expect(totalCount).toBe(nodes.length)
  expect(await entries(key, '{ resourceTypes: [API_KEY] }')).toEqual({ nodes: [], totalCount: 0 })
  expect((await entries('admin', '{ resourceTypes: [API_KEY] }')).totalCount).toBeGreaterThan(0)
})

it('finds no entry of the installation by its id', async () => {
  const document = `{ node(id: "${hidden}", anchor: "main") { id } auditEvent(id: "${hidden}", anchor: "main") { id } }`
  expect(await ask('admin', document)).toEqual({ node: { id: hidden }, auditEvent: { id: hidden } })
  expect(await ask(key, document)).toEqual({ node: null, auditEvent: null })
})

it('has no entry of the installation in the REST API', async () => {
  const { call } = await createRestClient(admin)
  const { body } = await call('GET', '/anchors/main/auditlog?limit=50', undefined, { key })
  const types = body.items.map(({ resource_type: type }: { resource_type: string }) => type)
  expect(types).toContain('TrustAnchor')
  expect(types).not.toContain('User')
  expect(body.count).toBe(body.items.length)
})

it('streams no entry of the installation', async () => {
  const fields = 'action resource'
  const recorded = `subscription { auditEventRecorded(anchor: "main") { ${fields} } }`
  const changed = `subscription { changed(anchor: "main") { auditEvent { ${fields} } } }`
  const [ofEntries, ofChanges] = [
    await subscribe(admin.adminUrl, key, recorded),
    await subscribe(admin.adminUrl, key, changed),
  ]
  await admin.mutate('createUser', { username: 'noa', password: PASSWORD, role: 'VIEWER' }, 'id', 'admin')
  await admin.mutate('updateTrustAnchor', { anchor: 'main', organizationName: 'New' }, 'slug', 'admin')
  await expect.poll(() => ofEntries.results.length).toBe(1)
  expect(ofEntries.results).toMatchObject([
    { data: { auditEventRecorded: { action: 'UPDATE_TRUST_ANCHOR' } } },
  ])
  await expect.poll(() => ofChanges.results.length).toBe(2)
  expect(ofChanges.results).toMatchObject([
    { data: { changed: { auditEvent: null } } },
    { data: { changed: { auditEvent: { action: 'UPDATE_TRUST_ANCHOR' } } } },
  ])
})
