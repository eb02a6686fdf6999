/**
 * Tries the ways round two people: removal and registration with other keys, a filter that matches more later, keys that change
 * between the request and its approval, and a passkey registered with a stolen password. Each by GraphQL, REST, commands, console and portal.
 */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { generateSigningKey, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { PASSWORD } from '#test/helpers/admin.ts'
import { createAuthenticator } from '#test/helpers/authenticator.ts'
import type { Watched } from '#test/helpers/browser.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { restInFile } from '#test/helpers/rest.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { signedIn, type Visitor } from '#test/helpers/visitor.ts'
import { commandsFor } from '../product/command.ts'
import { dryRun } from '../server/protection/filled.ts'
import {
  administratorsInFile,
  agePasskeys,
  approve,
  comment,
  type People,
  protect,
  waiting,
} from '../server/protection/people.ts'
import { addPasskey, button, giveReason, main, question } from './change-pages.ts'
import { startAdminAtLocalhost } from './localhost.ts'
import { continueSession, openSignedIn } from './signed-in-console.ts'

const SECOND_PERSON = 'A second person must approve this change.'

/** Of alice. */
let key: string
let organizationId: string
/** Of the organization. */
let person: Visitor

const admin = inFile(() => startAdminAtLocalhost({ secondFactorGroups: ['admin', 'operator'] }))
const people = administratorsInFile(admin)
const openAs = async ({ visitor }: People['alice']) => (await continueSession(admin, visitor)).open('/')
const alice = inFile(() => openAs(people.alice))
const bob = inFile(() => openAs(people.bob))
const rest = restInFile(admin)
beforeAll(async () => {
  key = (await people.alice.visitor.mutate('createApiKey', { username: 'alice', name: 'script' }, 'key')).key
  const make = (name: string, input: object) => admin.mutate(name, input, 'id', 'admin')
  organizationId = (await make('createOrganization', { name: 'University' })).id
  person = await signInAsMember(admin, { organizationId, email: 'anna@lu.example' })
  // A rule would approve what passes.
  await make('updateCheckPipeline', { entityType: 'openid_relying_party', approves: true })
  await addPasskey(bob.page)
  await agePasskeys(admin, 'bob')
})
beforeEach(async () => {
  await admin.server.installation.rateLimit.deleteMany()
  await protect(admin, [])
})

const leaf = () => startLeaf(admin)
const find = ({ id: entityId }: TestEntity) => admin.server.db.subordinate.findUnique({ where: { entityId } })
const numberOf = (id: string) => atob(id).split(':')[1]
/** The keys of the entity, with another one. */
const withOwnKey = async ({ keys }: TestEntity): Promise<JwkSet> => ({
  keys: [...keys.keys, toPublicJwk(await generateSigningKey('ES256'))],
})

async function changeKeys(entity: TestEntity): Promise<void> {
  entity.key = await generateSigningKey('ES256')
  Object.assign(entity.keys, { keys: [toPublicJwk(entity.key)] })
}

/** By alice, whose change waits: the id of its request. */
async function propose(mutation: string, input: object): Promise<string> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  const document = `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename ... on Error { message } } }`
  return waiting(await people.alice.visitor.execute(document, { input }), mutation)
}

async function refusedByRest(path: string, body: object): Promise<void> {
  const { status, body: answer } = await rest.call('POST', path, body, { key })
  expect({ status, ...answer }, path).toMatchObject({
    status: 403,
    message: expect.stringContaining(SECOND_PERSON),
  })
}

async function refusedAsCommand(...words: string[]): Promise<void> {
  const { run } = commandsFor(admin)
  const { code, stderr } = await run(words)
  expect(code, words.join(' ')).toBe(1)
  expect(stderr).toContain(SECOND_PERSON)
}

const openChange = ({ page }: Watched, id: string) =>
  page.goto(`/requests/approvals/${encodeURIComponent(id)}`)

it('a member is not removed and registered again with other keys', async () => {
  const member = await leaf()
  const { id } = await register(admin, member, { organizationId })
  const jwks = await withOwnKey(member)
  await protect(admin, ['MEMBERS'])
  await refusedByRest(`/subordinates/${numberOf(id)}`, { active: false })
  await refusedByRest(`/subordinates/${numberOf(id)}`, { entityid: member.id, jwks })
  await refusedAsCommand('subordinate', 'remove', member.id)
  const { page } = alice
  await page.goto(`/subordinates/${id}`)
  await button(page, 'Remove…').click()
  await question(page).getByRole('button', { name: 'Remove this subordinate' }).click()
  await question(page).getByText('A second person must approve this.').waitFor()
  const withdraw = { organizationId, kind: 'WITHDRAW', entityId: member.id }
  const request = await person.mutate('submitRequest', withdraw, 'id state')
  expect(request).toMatchObject({ state: 'WAITING_FOR_OPERATOR' })
  await propose('approveRequest', { id: request.id })
  await person.mutate('withdrawRequest', { id: request.id }, 'id')

  // The approval of the removal is none of a registration.
  expect(await approve(people.bob, await propose('removeSubordinate', { id }))).toMatchObject({
    state: 'EXECUTED',
  })
  await refusedByRest('/subordinates', { entityid: member.id, jwks })
  const again = await propose('registerSubordinate', { entityId: member.id, jwks })
  expect(await effectOf(again)).toMatchObject({ jwks: { before: null, after: jwks } })
  const registration = { organizationId, kind: 'REGISTER', entityId: member.id, changes: { jwks } }
  expect(await person.mutate('submitRequest', registration, 'state')).toEqual({
    state: 'WAITING_FOR_OPERATOR',
  })
  expect(await find(member)).toBeNull()
})

async function effectOf(id: string) {
  const document = 'query ($id: ID!) { node(id: $id) { ... on Approval { effect } } }'
  return (await people.bob.visitor.execute(document, { id })).data.node.effect.fields
}

it('a filter changes what it matched when it was shown, and nothing more', async () => {
  const filter = { tags: ['grows'] }
  const first = await leaf()
  await register(admin, first, filter)
  const id = await dryRun(admin, 'startSubordinateChange', { action: 'DEACTIVATE', subordinates: { filter } })
  await protect(admin, ['MEMBERS'])
  const start =
    'mutation ($input: StartSubordinateChangeInput!) { startSubordinateChange(input: $input) { __typename } }'
  const { errors } = await people.alice.visitor.execute(start, {
    input: { action: 'DEACTIVATE', subordinates: { filter } },
  })
  expect(errors).toMatchObject([{ message: expect.stringContaining('Make a dry run first') }])
  const paths = Object.keys(rest.document.paths)
  expect(paths.filter((path) => /change|bulk|run|import/.test(path))).toEqual([])
  const words = ['subordinate', 'change', '--action=deactivate', `--filter=${JSON.stringify(filter)}`]
  expect(await commandsFor(admin).run(words)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Make a dry run first'),
  })
  expect(
    (await person.execute(start, { input: { action: 'DEACTIVATE', subordinates: { filter } } })).errors,
  ).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  const request = await propose('executeDryRun', { id })
  await comment(people.alice, request, 'They left.')

  await protect(admin, [])
  const second = await leaf()
  await register(admin, second, filter)
  await protect(admin, ['MEMBERS'])
  const { page } = bob
  await openChange(bob, request)
  await main(page).getByText(first.id).first().waitFor()
  expect(await main(page).getByText(second.id).count()).toBe(0)
  await button(page, 'Sign and approve').click()
  await page.getByRole('note').getByText('Approved and executed').waitFor()
  await expect.poll(async () => (await find(first))?.active).toBe(false)
  expect((await find(second))?.active).toBe(true)
})

it('keys that change after the request are shown and signed again', async () => {
  const candidate = await leaf()
  await protect(admin, ['MEMBERS'])
  const input = { organizationId, kind: 'REGISTER', entityId: candidate.id }
  const { id, state } = await person.mutate('submitRequest', input, 'id state')
  expect(state).toBe('WAITING_FOR_OPERATOR')
  await refusedAsCommand('request', 'approve', String(numberOf(id)))
  const requested = await propose('approveRequest', { id })
  const request = await propose('registerSubordinate', { entityId: candidate.id })
  for (const each of [requested, request]) {
    await openChange(alice, each)
    await giveReason(alice.page, 'They joined.')
  }

  await changeKeys(candidate)
  expect(await approve(people.bob, requested)).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('another configuration since the request was checked'),
  })
  expect(await approve(people.bob, request)).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('something else now'),
  })
  const { page } = bob
  await openChange(bob, request)
  await page.getByText('It would do something else than when it was asked for').waitFor()
  await changeKeys(candidate)
  await button(page, 'Sign and approve').click()
  await page.getByRole('alert').getByText('It would do something else now').waitFor()
  expect(await find(candidate)).toBeNull()
  await button(page, 'Sign and approve').click()
  await page.getByRole('note').getByText('Approved and executed').waitFor()
  expect((await find(candidate))?.jwks).toEqual(candidate.keys)
})

it('the stolen password of an account with a passkey opens nothing', async () => {
  const thief = await signedIn(admin, 'bob')
  expect((await thief.auth('/passkey/generate-register-options')).body).toMatchObject({
    message: expect.stringContaining('Sign in with your passkey'),
  })
  const { errors } = await thief.execute('{ approvals { totalCount } }')
  expect(errors?.[0]?.message).toContain('Sign in with your passkey')
  await expect(thief.mutate('createApiKey', { username: 'bob', name: 'of-a-thief' }, 'key')).rejects.toThrow(
    'Sign in with your passkey',
  )
  const { page } = await openSignedIn(admin, '/account', 'bob')
  await page.getByText('the password alone opens nothing').waitFor()
  expect(await page.getByRole('button', { name: 'Add a passkey' }).count()).toBe(0)
  await page.goto('/portal')
  await page.getByText('the password alone opens nothing').waitFor()
})

it('a passkey registered with a stolen password approves nothing on its first day', async () => {
  await admin.mutate('createUser', { username: 'carol', password: PASSWORD, role: 'ADMIN' }, 'id', 'admin')
  await protect(admin, ['MEMBERS', 'ACCESS'], { passkeyHours: 24 })
  const request = await propose('registerSubordinate', { entityId: (await leaf()).id })
  await comment(people.alice, request, 'They joined.')
  const visitor = await signedIn(admin, 'carol')
  const device = createAuthenticator(admin.adminUrl)
  const { body } = await visitor.auth('/passkey/generate-register-options')
  await visitor.auth('/passkey/verify-registration', { response: device.register(body), name: 'New' })
  const refused = { code: 'CONFLICT', message: expect.stringContaining('Your passkey is too new') }
  expect(await approve({ visitor, device }, request)).toMatchObject(refused)
  const { page } = await (await continueSession(admin, visitor)).open('/')
  await page.goto(`/requests/approvals/${encodeURIComponent(request)}`)
  await page.getByText('Your passkey is too new').first().waitFor()
  expect(await button(page, 'Sign and approve').count()).toBe(0)
  // An API key signs nothing, and the factors of another person are not reset by one person.
  await expect(admin.mutate('approve', { id: request, passkey: {} }, 'id', 'admin')).rejects.toThrow(
    'An API key of the role admin does not allow this.',
  )
  await refusedAsCommand('user', 'reset-second-factor', 'bob')
  const user = await admin.server.installation.user.findFirstOrThrow({ where: { username: 'bob' } })
  await propose('resetSecondFactor', { id: btoa(`User:${user.id}`) })
})
