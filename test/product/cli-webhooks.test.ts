/** Tests `inmor webhook`: receivers of events, by command. */
import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cliCaller } from '#server/identity/caller.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { eventually } from '#test/helpers/product.ts'
import { answerWith, startReceiver } from '#test/server/webhook/receiver.ts'
import { type Commands, commandsFor } from './command.ts'

const actor = `cli:${userInfo().username}`

let admin: TestAdmin
let cli: Commands
beforeAll(async () => {
  admin = await startAdmin()
  cli = commandsFor(admin)
})
afterAll(() => admin.close())

const webhook = (...args: string[]) => ['webhook', ...args]
const secretIn = (text: string) => /^Secret: (whsec_\S+)$/m.exec(text)?.[1] ?? ''

const stored = (where: { id?: number; url?: string }) =>
  admin.server.installation.webhook.findFirstOrThrow({ where })

/** Its id, and a receiver that trusts its secret. */
async function create(input: object = {}) {
  const receiver = await startReceiver()
  const { secret } = await admin.mutate('createWebhook', { url: receiver.url, ...input }, 'secret', 'admin')
  receiver.trust(secret)
  const { id } = await stored({ url: receiver.url })
  return { id: String(id), receiver }
}

test('creates a webhook, prints its secret once, and lists it', async () => {
  const { url, trust, received } = await startReceiver()
  const choice = ['--event=createOrganization', '--webhook-anchor', admin.entityId, '--description=tickets']
  const created = await cli.succeed(webhook('create', '--url', url, ...choice))
  const [, id = ''] = /^Created webhook (\d+) for \S+\.\nSecret: \S+\n$/.exec(created) ?? []
  trust(secretIn(created))
  expect(await cli.entries()).toMatchObject([
    { action: 'createWebhook', actor, method: 'cli', outcome: 'SUCCEEDED' },
  ])
  expect(await cli.succeed(webhook('test', id))).toMatch(
    /^\S+Z {2}delivered {2}org\.inmor\.testWebhook {2}1 attempt {2}status 204\n$/,
  )
  expect(received).toMatchObject([{ event: { type: 'org.inmor.testWebhook' } }])

  expect(await cli.succeed(webhook('list'))).toBe(
    `${id}  active  ${url}  createOrganization  main\n1 webhook.\n`,
  )
  const [described] = await cli.json(webhook('list'))
  expect(described).toMatchObject({ description: 'tickets', anchors: ['main'], problem: null, version: 1 })
  expect(JSON.stringify(described)).not.toMatch(/whsec_|"secret"|"previousSecret"/)
})

test('changes a webhook, resets its choices, and prints a new secret once', async () => {
  const { id } = await create({ events: ['createOrganization'], anchors: ['main'] })
  const update = webhook('update', id, '--reset=webhook-anchor', '--reset=event', '--off', '--rotate-secret')
  const changed = await cli.succeed([...update, '--if-version=1'])
  expect(changed).toMatch(new RegExp(`^Changed webhook ${id}\\. It has version 2\\.\\nSecret: whsec_`))
  const { anchors, events, active } = await stored({ id: Number(id) })
  expect({ anchors, events, active }).toEqual({ anchors: [], events: [], active: false })
  const on = await cli.json(webhook('update', id, '--on', '--event=removeOrganization'))
  expect(on).toMatchObject({ state: 'ACTIVE', events: ['removeOrganization'], version: 3 })
  expect(on).not.toHaveProperty('secret')
})

test('reports that a test failed, and lists the deliveries', async () => {
  const { id, receiver } = await create({ events: ['awaitEntity'] })
  receiver.answer(answerWith(500))
  const failed = await cli.run(webhook('test', id, '--json'))
  expect(failed).toMatchObject({ code: 1, stderr: '' })
  expect(JSON.parse(failed.stdout)).toMatchObject({ state: 'FAILED', statusCode: 500 })
  expect(await cli.succeed(webhook('deliveries', id, '--state=failed'))).toMatch(
    /^\S+Z {2}failed {2}org\.inmor\.testWebhook {2}1 attempt {2}status 500 {2}The receiver .*\n1 deliveries\.\n$/,
  )
  expect(await cli.json(webhook('deliveries', id, '--limit=1'))).toMatchObject([{ state: 'FAILED' }])
})

test('replays events to a webhook, and removes it', async () => {
  const { id, receiver } = await create({ events: ['removeOrganization'] })
  const before = new Date().toISOString()
  const { organizations } = admin.server.services
  const { id: organizationId } = await organizations.create(cliCaller('test'), { name: 'Lund' })
  await organizations.remove(cliCaller('test'), organizationId)
  await eventually(() => expect(receiver.received).toHaveLength(1))
  expect(await cli.succeed(webhook('replay', id, '--from', before))).toBe(
    `The server sends webhook ${id} everything since ${before}.\n`,
  )
  await eventually(() => expect(receiver.received).toHaveLength(2))
  expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id)
  expect(await cli.json(webhook('remove', id))).toEqual({ id: Number(id), url: receiver.url })
  expect(await cli.entries()).toMatchObject([{ action: 'removeWebhook', actor, outcome: 'SUCCEEDED' }])
})

test.each([
  ['a URL that is none', ['create', '--url=ftp://x.example'], /This is not an http or https URL/],
  ['a URL with a fragment', ['create', '--url=https://x.example/#a'], /^https:\S+ has a fragment, .*\n$/],
  ['an unknown event', ['create', '--url=https://x.example', '--event=signIn'], /There is no such event\./],
  [
    'an unknown anchor',
    ['create', '--url=https://x.example', '--webhook-anchor=prod'],
    /^There is no anchor "prod"\.\n$/,
  ],
  ['on and off', ['update', '1', '--on', '--off'], /cannot be used with option '--on'/],
  ['the deliveries of an unknown webhook', ['deliveries', '99'], /^There is no such webhook\.\n$/],
])('refuses %s', async (_what, args, sentence) => {
  expect(await cli.fail(webhook(...args))).toMatch(sentence)
})

test.each([
  ['update', ['--on'], 'updateWebhook'],
  ['remove', [], 'removeWebhook'],
  ['test', [], 'testWebhook'],
])('records the failure of %s', async (name, args, action) => {
  expect(await cli.fail(webhook(name, '99', ...args))).toBe('There is no such webhook.\n')
  expect(await cli.entries()).toMatchObject([{ action, actor, resource: '99', outcome: 'FAILED' }])
})
