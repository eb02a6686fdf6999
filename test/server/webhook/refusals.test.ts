/** Tests what the API of webhooks refuses, and to whom. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { signedIn } from '#test/helpers/visitor.ts'

const admin = adminInFile()
beforeAll(async () => {
  const other = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
  await admin.mutate('createTrustAnchor', other, 'slug', 'admin')
})
beforeEach(async () => void (await admin.server.installation.webhook.deleteMany()))

const CHANGED = 'secret webhook { id url description version }'
const as = (name: string, input: object, selection: string) => admin.mutate(name, input, selection, 'admin')
const create = (input: object) => as('createWebhook', { url: 'http://127.0.0.1:9/hook', ...input }, CHANGED)
const list = async () => (await admin.execute('{ webhooks { description } }')).data?.webhooks

const long = 'x'.repeat(201)
const withoutWebhook: [input: object, path: string[], message: RegExp][] = [
  [{ url: 'https://hooks.example.org/#part' }, ['input', 'url'], /has a fragment/],
  [{ description: long }, ['input', 'description'], /has 201 characters/],
  [{ anchors: ['main', 'unknown'] }, ['input', 'anchors', '1'], /There is no anchor "unknown"/],
]
eachRow(withoutWebhook, () => [
  'mutation/createWebhook/InvalidInputError',
  'mutation/updateWebhook/InvalidInputError',
])('refuses the input %j', async (input, path, message) => {
  const refused = { code: 'INVALID_INPUT', path, message: expect.stringMatching(message) }
  expect(await create(input)).toMatchObject(refused)
  const { webhook } = await create({})
  expect(await as('updateWebhook', { id: webhook.id, ...input }, CHANGED)).toMatchObject(refused)
})

it('refuses to lose its URL', async () => {
  const { webhook } = await create({})
  const refused = { code: 'INVALID_INPUT', path: ['input', 'url'] }
  expect(await as('updateWebhook', { id: webhook.id, url: null }, CHANGED)).toMatchObject(refused)
})

it('refuses a replay from the future', { tags: 'mutation/replayWebhook/InvalidInputError' }, async () => {
  const { webhook } = await create({})
  const from = new Date(Date.now() + 60_000).toISOString()
  expect(await as('replayWebhook', { id: webhook.id, from }, 'id')).toMatchObject({
    code: 'INVALID_INPUT',
    path: ['input', 'from'],
  })
})

it('refuses the twenty-first', { tags: 'mutation/createWebhook/ConflictError' }, async () => {
  for (let count = 0; count < 20; count++) expect(await create({})).toMatchObject({ webhook: {} })
  expect(await create({})).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/^There are 20 webhooks/),
  })
  expect(await list()).toHaveLength(20)
})

it('refuses a change of what someone else has changed', {
  tags: 'mutation/updateWebhook/ConflictError',
}, async () => {
  const { id } = (await create({})).webhook
  await as('updateWebhook', { id, description: 'first' }, CHANGED)
  expect(await as('updateWebhook', { id, version: 1, description: 'second' }, CHANGED)).toMatchObject({
    code: 'CONFLICT',
    path: ['input', 'version'],
  })
  expect(await list()).toMatchObject([{ description: 'first' }])
})

eachRow(
  [
    ['createWebhook', { url: 'http://127.0.0.1:9' }],
    ['updateWebhook', { description: 'changed' }],
  ] as const,
  ([mutation]) => [`mutation/${mutation}/ReauthenticationRequiredError`],
)('refuses %s for a session that is not recent', async (mutation, input) => {
  const { id } = (await create({})).webhook
  const visitor = await signedIn(admin, 'admin')
  await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 7_200_000) } })
  const given = mutation === 'createWebhook' ? input : { id, ...input }
  expect(await visitor.mutate(mutation, given, 'secret')).toMatchObject({
    code: 'REAUTHENTICATION_REQUIRED',
  })
})

it('refuses everyone but administrators of the installation', async () => {
  const { webhook } = await create({ url: 'http://127.0.0.1:9/a-secret-path' })
  for (const role of ['viewer', 'operator'] as const) {
    for (const document of ['{ webhooks { url } }', '{ deliveries { totalCount } }']) {
      const { errors } = await admin.execute(document, {}, role)
      expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    }
    const node = await admin.execute(`{ node(id: "${webhook.id}") { ... on Webhook { url } } }`, {}, role)
    expect(JSON.stringify(node)).not.toContain('a-secret-path')
    const entries =
      '{ auditEvents(first: 1, filter: { actions: [CREATE_WEBHOOK] }) { edges { node { resource before after changes { path } } } } }'
    const { data } = await admin.execute(entries, {}, role)
    expect(data.auditEvents.edges[0].node.resource).toMatch(/^http:\/\/127\.0\.0\.1:9 /)
    expect(JSON.stringify(data)).not.toContain('a-secret-path')
  }
})

it.each(['main', 'test'])('refuses administrators of %s only', async (anchor) => {
  const input = {
    username: `local-${anchor}`,
    password: PASSWORD,
    anchorRoles: [{ anchor, role: 'ADMIN' }],
  }
  await as('createUser', input, 'id')
  const { id } = (await create({ url: 'http://127.0.0.1:9/a-secret-path' })).webhook
  const visitor = await signedIn(admin, input.username)
  for (const field of [
    'webhooks { url }',
    'deliveries { totalCount }',
    `node(id: "${id}", anchor: "${anchor}") { ... on Webhook { url } }`,
    `nodes(ids: ["${id}"], anchor: "${anchor}") { ... on Webhook { url } }`,
  ]) {
    const { data, errors } = await visitor.execute(`{ ${field} }`)
    expect(JSON.stringify(data ?? null)).not.toContain('a-secret-path')
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
  }
  const { data } = await visitor.execute(`{ auditEvents(anchor: "${anchor}") { edges { node { after } } } }`)
  expect(JSON.stringify(data)).not.toContain('a-secret-path')
})
