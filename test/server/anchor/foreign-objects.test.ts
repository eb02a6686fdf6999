/**
 * No scope shows what only another anchor has: every type with a global id, in every anchor's scope, by each form of the id,
 * and every query. The other tests of isolation use objects that both anchors have.
 */
import { isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationModels } from '#prisma/anchor-schema.ts'
import { isOfInstallation } from '#server/schema/global-id.ts'
import { schema } from '#server/schema/index.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { below, type Federation } from '#test/helpers/federation.ts'
import { selectAll } from '../request/select-all.ts'
import { makeObjects, type Objects } from './foreign-objects.ts'
import { documentOf } from './isolation-document.ts'
import { queries } from './isolation-rows.ts'

const nodeTypes = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'))

const slugs = ['main', 'test', 'edu'] as const
type Slug = (typeof slugs)[number]

const federations: Federation[] = []
const objects = new Map<Slug, Objects>()
const keys = new Map<Slug, string>()

async function fill(anchor: Slug): Promise<void> {
  const authorityHints = [anchor === 'main' ? admin.entityId : `${admin.entityId}/${anchor}`]
  const federation = await below(admin.entityId).leaf({ authorityHints }).start()
  federations.push(federation)
  const entityId = federation.leaf.id
  objects.set(anchor, await makeObjects(admin, { anchor, mark: `only-in-${anchor}`, entityId }))
}

const admin = adminInFile()
beforeAll(async () => {
  for (const slug of ['test', 'edu']) await makeAnchor(admin, slug)
  for (const anchor of slugs) {
    const username = `admin-of-${anchor}`
    const user = { username, password: PASSWORD, anchorRoles: [{ anchor, role: 'ADMIN' }] }
    await admin.mutate('createUser', user, 'id', 'admin')
    keys.set(anchor, (await admin.mutate('createApiKey', { name: 'test', username }, 'key', 'admin')).key)
  }
  await fill('test')
})
afterAll(async () => {
  for (const federation of federations) await federation.close()
})

async function ask(key: string | undefined, query: string, anchor?: string): Promise<string> {
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': key ?? '',
      ...(anchor ? { 'inmor-anchor': anchor } : {}),
    },
    body: JSON.stringify({ query }),
  })
  const text = await response.text()
  expect(text, query).not.toMatch(/"code":"(INTERNAL|GRAPHQL_\w+|COST_LIMIT\w*)"/)
  return text
}

const nodeDocument = (type: (typeof nodeTypes)[number], id: string, anchor: string) =>
  `{ node(id: "${id}", anchor: "${anchor}") { __typename ... on ${type.name} ${selectAll(type, 1)} } }`

/** The id as each anchor writes it. */
const formsOf = (id: string) => {
  const plain = atob(id).replace(/^[^/:]+\//, '')
  return [id, btoa(plain), ...slugs.slice(1).map((slug) => btoa(`${slug}/${plain}`))]
}

/** What an answer about another anchor must not have. */
const textsOf = (anchor: Slug) => [`only-in-${anchor}`, objects.get(anchor)?.filled.entityId ?? '']
function expectNothing(answer: string, anchor: Slug, what: string, isEchoed = false): void {
  const [mark = '', entityId = ''] = textsOf(anchor)
  expect(answer, what).not.toContain(mark)
  if (!isEchoed) expect(answer, what).not.toContain(entityId)
}

const others = (anchor: Slug) => slugs.filter((slug) => slug !== anchor)

it('knows an object of every type', () => {
  const ids = objects.get('test')?.ids ?? {}
  expect(Object.keys(ids).sort()).toEqual(nodeTypes.map(({ name }) => name).sort())
})

it('has ids without an anchor for the tables of the installation only', () => {
  const tables = installationModels.map((name) => name.toLowerCase())
  const shared = ['Organization', 'AuditEvent'] // each anchor has its part
  for (const { name } of nodeTypes) {
    const isShared = !shared.includes(name) && tables.includes(name.toLowerCase())
    expect(isOfInstallation(name), name).toBe(isShared)
  }
})

describe.each(['test', 'main'] as const)('what only %s has', (owner) => {
  beforeAll(async () => {
    if (!objects.has(owner)) await fill(owner)
  })

  it.each(nodeTypes)('$name', async (type) => {
    const id = objects.get(owner)?.ids[type.name] ?? ''
    const found = await ask(admin.keys.admin, nodeDocument(type, id, owner))
    expect(
      textsOf(owner).some((text) => found.includes(text)),
      found,
    ).toBe(true)
    for (const scope of others(owner)) {
      for (const form of formsOf(id)) {
        const document = nodeDocument(type, form, scope)
        expectNothing(await ask(keys.get(scope), document), owner, `${scope}: ${document}`)
        const several = `{ nodes(ids: ["${form}", "${objects.get('test')?.ids.Subordinate}"], anchor: "${scope}") { __typename ... on ${type.name} ${selectAll(type, 1)} } }`
        expectNothing(await ask(keys.get(scope), several), owner, `${scope}: ${several}`)
        if (isOfInstallation(type.name)) continue
        expectNothing(await ask(admin.keys.admin, document), owner, `${scope}: ${document}`)
      }
    }
  })

  const fields = Object.keys(schema.getQueryType()?.getFields() ?? {}).filter((name) => name !== 'nodes')
  it.each(fields)('in %s', async (name) => {
    const filled = objects.get(owner)?.filled
    const row = queries[name] ?? ofInstallation[name]
    if (!filled || !row) throw new Error(`There is no row for ${name}.`)
    const document = documentOf('query', name, row(filled))
    for (const scope of others(owner))
      expectNothing(await ask(keys.get(scope), document, scope), owner, `${scope}: ${name}`, visits.has(name))
  })
})

/** They visit the entity that is asked for, or repeat its identifier. */
const visits = new Set(['inspectEntity', 'resolveEntity', 'collectionEntity', 'organizationEntity'])

const none = () => ({})
/** Queries about the installation. */
const ofInstallation: typeof queries = {
  ...{ apiKeys: none, approvals: none, deliveries: none, mails: none, protection: none },
  ...{ signInOptions: none, trustAnchors: none, users: none, viewer: none, webhooks: none },
  configurationSchema: none,
  invitation: () => ({ token: 'unknown' }),
  user: () => ({ username: 'admin' }),
  organizationEntity: ({ entityId }) => ({ anchor: 'test', entityId }),
  request: ({ request }) => ({ id: request }),
}
