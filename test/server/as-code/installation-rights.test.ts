/** Tests who plans, exports and applies a file of the installation, and that two people agree on what is protected. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adminInFile, type GraphQLAnswer, PASSWORD } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { signedIn } from '#test/helpers/visitor.ts'
import { administratorsInFile, approve, protect, waiting } from '../protection/people.ts'
import { exportedInstallation, installationOf } from './configured-installation.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeEach(() => protect(admin, []))

const APPLY = `mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { __typename
  ... on ApplyConfigurationSuccess { run { id } } ... on Error { code message } } }`
const PLAN = `query ($files: [ConfigurationFileInput!]!) { configurationPlan(installation: true, files: $files) { hash } }`
const EXPORT = '{ configurationExport(installation: true) { content } }'

const filesOf = (content: string) => [{ name: '1.yaml', content }]
const inputOf = (content: string, further: object = {}) => ({
  input: { installation: true, files: filesOf(content), ...further },
})
const CONTENT = installationOf({ protection: { validForHours: 5 } })
const runs = () => admin.server.db.run.count()
const running = () => admin.server.db.run.count({ where: { endedAt: null } })

describe('the rights', () => {
  const keys = new Map<string, string>()
  const as = (name: string, input: object, selection: string) => admin.mutate(name, input, selection, 'admin')
  const keyOf = async (username: string, further: object = {}) =>
    (await as('createApiKey', { name: 'test', username, ...further }, 'key')).key

  beforeAll(async () => {
    await makeAnchor(admin, 'edu')
    for (const anchor of ['edu', 'main']) {
      const anchorRoles = [{ anchor, role: 'ADMIN' }]
      await as('createUser', { username: anchor, password: PASSWORD, anchorRoles }, 'id')
      keys.set(`an administrator of ${anchor} only`, await keyOf(anchor))
    }
    keys.set('an operator of the installation', admin.keys.operator)
    keys.set('a viewer of the installation', admin.keys.viewer)
    keys.set('an API key for one anchor', await keyOf('admin', { anchor: 'main' }))
    keys.set('an API key of a lower role', await keyOf('admin', { role: 'OPERATOR' }))
    keys.set('an administrator of the installation', admin.keys.admin)
  })

  async function send(who: string, query: string, variables: object): Promise<GraphQLAnswer> {
    const response = await fetch(`${admin.adminUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': keys.get(who) ?? '' },
      body: JSON.stringify({ query, variables }),
    })
    return response.json() as Promise<GraphQLAnswer> // GraphQL always answers in this shape
  }

  it.each([
    'an administrator of edu only',
    'an administrator of main only',
    'an operator of the installation',
    'a viewer of the installation',
    'an API key for one anchor',
    'an API key of a lower role',
  ])('are not those of %s', async (who) => {
    const before = await runs()
    for (const [document, variables] of [
      [EXPORT, {}],
      [PLAN, { files: filesOf(CONTENT) }],
      [APPLY, inputOf(CONTENT)],
      [APPLY, inputOf(CONTENT, { dryRun: true })],
      [APPLY, inputOf(CONTENT, { anchor: 'edu' })],
      [APPLY, inputOf(installationOf({}))],
    ] as const) {
      const { data, errors } = await send(who, document, variables)
      expect(data ?? null, document).toBeNull()
      expect(errors, document).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    }
    expect(await runs()).toBe(before)
  })

  it('are those of an administrator, also when the request names another anchor', async () => {
    const who = 'an administrator of the installation'
    const { data } = await send(who, PLAN, { files: filesOf(CONTENT) })
    expect(data.configurationPlan.hash).toBeTypeOf('string')
    const before = await runs()
    const { data: applied } = await send(who, APPLY, inputOf(CONTENT, { anchor: 'edu' }))
    expect(applied.applyConfiguration.run.id).toBeTypeOf('string')
    await expect.poll(running).toBe(0)
    expect(await runs()).toBe(before + 1)
    expect(await exportedInstallation(admin)).toMatchObject({ protection: { validForHours: 5 } })
  })

  it('need a recent sign-in of a session', {
    tags: 'mutation/applyConfiguration/ReauthenticationRequiredError',
  }, async () => {
    const visitor = await signedIn(admin, 'admin')
    const where = { user: { username: 'admin' } }
    await admin.server.db.session.updateMany({ where, data: { createdAt: new Date(Date.now() - 7_200_000) } })
    const { data } = await visitor.execute(APPLY, inputOf(CONTENT, { dryRun: true }))
    expect(data.applyConfiguration).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' })
    const file = filesOf('apiVersion: inmor/v1\nanchor: main\n')
    const { data: ofAnchor } = await visitor.execute(APPLY, { input: { anchor: 'main', files: file } })
    expect(ofAnchor.applyConfiguration).toMatchObject({ __typename: 'ApplyConfigurationSuccess' })
    await expect.poll(running).toBe(0)
  })
})

describe('the approval', () => {
  const READ = 'query ($id: ID!) { node(id: $id) { ... on Approval { state } } }'
  const PLAN =
    'query ($id: ID!) { node(id: $id) { ... on Approval { configurationPlan { steps { section changes { path before after } } } } } }'
  const propose = async (content: string, further: object = {}) =>
    people.alice.visitor.execute(APPLY, inputOf(content, further))
  const protectedNow = async () => (await admin.server.installation.protection.findFirst())?.operations
  const slugs = async () => (await exportedInstallation(admin)).anchors.map(({ slug }) => slug)

  it('is needed to switch the protection off, and executes exactly that', async () => {
    await protect(admin, ['ACCESS'])
    const before = await runs()
    const id = waiting(await propose(installationOf({ protection: { operations: [] } })))
    expect(await runs()).toBe(before)
    expect(await protectedNow()).toEqual(['ACCESS'])
    const row = await admin.server.installation.approval.findFirstOrThrow({ orderBy: { id: 'desc' } })
    expect(row).toMatchObject({ anchor: null, mutation: 'applyConfiguration', operations: ['ACCESS'] })
    const changes = [{ path: 'operations', before: ['ACCESS'], after: [] }]
    const { data } = await people.bob.visitor.execute(PLAN, { id })
    expect(data.node.configurationPlan).toEqual({ steps: [{ section: 'protection', changes }] })
    const { data: ofOperator } = await admin.execute(PLAN, { id }, 'operator')
    expect(ofOperator.node?.configurationPlan ?? null).toBeNull()
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    await expect.poll(protectedNow).toEqual([])
    await expect.poll(running).toBe(0)
  })

  it('is needed to create and to pause an anchor', async () => {
    const anchors = [{ slug: 'waits', entityId: `${admin.entityId}/waits`, paused: true }]
    await protect(admin, ['ANCHOR', 'ACCESS'])
    const id = waiting(await propose(installationOf({ anchors })))
    expect(await slugs()).not.toContain('waits')
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    await expect.poll(slugs).toContain('waits')
    await expect.poll(running).toBe(0)
    expect((await exportedInstallation(admin)).anchors).toContainEqual(anchors[0])
    waiting(await propose(installationOf({ anchors: [{ ...anchors[0], paused: false }] })))
  })

  it('is not needed for a webhook, which is not protected, nor for a dry run', async () => {
    await protect(admin, ['ANCHOR', 'ACCESS'])
    const { data } = await propose(installationOf({ webhooks: [{ url: 'http://127.0.0.1:1/' }] }))
    expect(data.applyConfiguration.__typename).toBe('ApplyConfigurationSuccess')
    await expect.poll(running).toBe(0)
    const dry = await propose(installationOf({ protection: { operations: [] } }), { dryRun: true })
    expect(dry.data.applyConfiguration.__typename).toBe('ApplyConfigurationSuccess')
    await expect.poll(running).toBe(0)
    expect(await protectedNow()).toEqual(['ANCHOR', 'ACCESS'])
  })

  it('is given by administrators of the installation alone', async () => {
    await protect(admin, ['ACCESS'])
    const id = waiting(await propose(installationOf({ protection: { operations: [] } })))
    const read = async () => (await people.bob.visitor.execute(READ, { id })).data?.node ?? null
    expect(await read()).toEqual({ state: 'OPEN' })
    const { installation } = admin.server
    const { id: userId } = await installation.user.update({
      where: { username: 'bob' },
      data: { role: null },
    })
    await installation.anchorRole.create({ data: { userId, anchorSlug: 'main', role: 'admin' } })
    expect(await read()).toBeNull()
    expect(await protectedNow()).toEqual(['ACCESS'])
  })
})
