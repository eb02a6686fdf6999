/** The table of docs/anchors.md about an organization of two anchors: each cell is executed. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeNodeId } from '#server/schema/global-id.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'

const document = readFileSync(new URL('../../../docs/anchors.md', import.meta.url), 'utf8')
const table = /\n(\| \| operator of `main`.*?)\n\n/s.exec(document)?.[1] ?? ''
const [head = [], , ...body] = table.split('\n').map((line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim()),
)
const columns = head.slice(1)
const rows = body.map(([action = '', ...cells]) => ({ action, cells }))

/** The roles of each column in single anchors; null: an administrator of the installation. */
const people: Readonly<Record<string, Record<string, string> | null>> = {
  'operator of `main`': { main: 'OPERATOR' },
  'operator of `test`': { test: 'OPERATOR' },
  'operator of `test`, viewer of `main`': { test: 'OPERATOR', main: 'VIEWER' },
  'operator of both': { main: 'OPERATOR', test: 'OPERATOR' },
  admin: null,
}

let member: string
const keys = new Map<string, string>()
const admin = adminInFile()
const federation = inFile(() => below(`${admin.entityId}/test`).leaf().start())
beforeAll(async () => {
  for (const slug of ['test', 'edu']) await makeAnchor(admin, slug)
  for (const [at, column] of Object.keys(people).entries()) {
    const roles = people[column]
    const anchorRoles = Object.entries({ ...roles, edu: 'OPERATOR' }).map(([anchor, role]) => ({
      anchor,
      role,
    }))
    const user = {
      username: `user${at}`,
      password: PASSWORD,
      ...(roles ? { anchorRoles } : { role: 'ADMIN' }),
    }
    await as('createUser', user, 'id')
    keys.set(column, (await as('createApiKey', { name: 'test', username: user.username }, 'key')).key)
  }
  const entityId = federation.leaf.id
  member = (await as('registerSubordinate', { anchor: 'test', entityId }, 'id')).id
})

const as = (name: string, input: object, selection: string) => admin.mutate(name, input, selection, 'admin')

/** What an action is about: an organization with the home `main` that `test` admits, and one of its people. */
type Subject = { number: number; user: string; globalUser: string; at: (slug: string) => string }

let counter = 0
async function prepare(): Promise<Subject> {
  counter++
  const { id } = await as('createOrganization', { anchor: 'main', name: `Organization ${counter}` }, 'id')
  const number = Number(atob(id).split(':')[1])
  await as('admitOrganization', { id, to: 'test' }, 'id')
  const invited = { organizationId: id, email: `anna${counter}@lu.example` }
  const { id: globalUser } = await as('invitePerson', invited, 'id')
  const [, user = ''] = atob(globalUser).split(':')
  const at = (slug: string) => encodeNodeId('Organization', number, { slug, isFirst: slug === 'main' })
  return { number, user, globalUser, at }
}

async function send(key: string, body: object) {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: JSON.stringify(body) }
  return (await fetch(`${admin.adminUrl}/graphql`, request)).json()
}

type Attempt = (key: string) => Promise<boolean>
const refused = ['FORBIDDEN', 'NOT_FOUND']

/** Whether the caller can; anything but a refusal fails the test. */
const graphql =
  (name: string, input: object): Attempt =>
  async (key) => {
    const type = name.charAt(0).toUpperCase() + name.slice(1)
    const query = `mutation ($input: ${type}Input!) { result: ${name}(input: $input) { __typename ... on Error { code } } }`
    const answer = await send(key, { query, variables: { input } })
    const [error] = answer.errors ?? []
    const code = error?.extensions.code ?? answer.data.result.code
    if (code) expect(refused).toContain(code)
    return !code
  }
const both = <T>(make: (slug: string) => T[]): T[] => ['main', 'test'].flatMap(make)

const read =
  (id: string): Attempt =>
  async (key) => {
    const query = `{ node(id: "${id}") { ... on Organization { people { email } } } }`
    const answer = await send(key, { query })
    if (answer.errors) expect(refused).toContain(answer.errors[0].extensions.code)
    return answer.data?.node?.people.length === 1
  }

/** The ways to do what the row says, of which one is enough. */
const actions: Readonly<Record<string, (subject: Subject) => Attempt[]>> = {
  'see it in `test`': ({ at }) => [read(at('test'))],
  'give it a member in `test`': ({ at }) => [
    graphql('updateSubordinate', { id: member, organizationId: at('test') }),
  ],
  'change its name or contacts': ({ at }) =>
    both((slug) => [
      graphql('updateOrganization', { id: at(slug), name: 'Changed' }),
      graphql('updateOrganization', { id: at(slug), contacts: [{ role: 'SECURITY', email: 'x@x.example' }] }),
      graphql('updateOrganization', { id: at(slug), note: 'Changed' }),
    ]),
  'invite a person, or add a user': ({ at, number }) =>
    both((slug) => [
      graphql('invitePerson', { organizationId: at(slug), email: `new${number}@x.example` }),
      graphql('invitePerson', { organizationId: at(slug), email: 'user1@example.org' }),
    ]),
  'change what a person may do for it': ({ at, globalUser: userId }) =>
    both((slug) => [graphql('updatePerson', { organizationId: at(slug), userId, mayInvite: true })]),
  'remove a person from it': ({ at, globalUser: userId }) =>
    both((slug) => [graphql('removePerson', { organizationId: at(slug), userId })]),
  'remove the account of a person': ({ globalUser }) => [graphql('removeUser', { id: globalUser })],
  'admit it to `edu`': ({ at }) =>
    both((slug) => [graphql('admitOrganization', { id: at(slug), to: 'edu' })]),
  'remove it from `test`': ({ at }) => [graphql('removeOrganization', { id: at('test') })],
  'remove it from `main`': ({ at }) => [graphql('removeOrganization', { id: at('main') })],
}

async function isPossible(attempts: readonly Attempt[], key: string): Promise<boolean> {
  for (const attempt of attempts) if (await attempt(key)) return true
  return false
}

it('has a column for each role, and a row for each action', () => {
  expect(columns).toEqual(Object.keys(people))
  expect(rows.map(({ action }) => action)).toEqual(Object.keys(actions))
})

describe.each(columns.map((column, at) => ({ column, at })))('$column', ({ column, at }) => {
  it.each(rows)('$action', async ({ action, cells }) => {
    const ways = actions[action]?.(await prepare()) ?? []
    const possible = await isPossible(ways, keys.get(column) ?? '')
    expect(possible ? 'yes' : 'no').toBe(cells[at])
  })
})

it('an anchor that removes its organization passes it on, and a removed anchor too', async () => {
  const { number, at } = await prepare()
  const homeOf = async () =>
    (await admin.server.installation.organization.findUnique({ where: { id: number } }))?.homeSlug
  await as('admitOrganization', { id: at('main'), to: 'edu' }, 'id')
  await as('removeOrganization', { id: at('main') }, '')
  expect(await homeOf()).toBe('edu')
  await as('admitOrganization', { id: at('edu'), to: 'main' }, 'id')
  expect(await homeOf()).toBe('edu')
  await as('removeTrustAnchor', { anchor: 'edu' }, 'slug')
  expect(await homeOf()).toBe('main')
})

it('a person who was removed from the last organization has an account that opens nothing', async () => {
  const { at, user, globalUser: userId } = await prepare()
  await as('removePerson', { organizationId: at('main'), userId }, '')
  const account = { where: { id: user }, select: { organizations: true, invitation: true } }
  expect(await admin.server.installation.user.findUnique(account)).toEqual({
    organizations: [],
    invitation: null,
  })
})
