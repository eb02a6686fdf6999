/** Tests the file of the installation: anchors, webhooks and protection, from any state and after any interruption. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { adminInFile } from '#test/helpers/admin.ts'
import { watchRun } from '#test/helpers/run.ts'
import {
  applyInstallation,
  type DescribedInstallation,
  exportedInstallation,
  exportInstallation,
  installationOf,
  planInstallation,
  startInstallation,
} from './configured-installation.ts'
import { itemsOfLastRun, type QueuedItem, queueRun } from './queued.ts'
import { set } from './random-change.ts'

const admin = adminInFile()
const URL_OF_ONE = 'http://127.0.0.1:1/hook'
const anchorOf = (slug: string) => ({ slug, entityId: `${admin.entityId}/${slug}` })
const SECRET = 'Its secret is not in the file. Rotate it in the console to see a new one.'

/** From what the tests before left. */
async function initial(): Promise<DescribedInstallation> {
  const text = installationOf({
    complete: true,
    anchors: [anchorOf('edu')],
    webhooks: [{ url: URL_OF_ONE, anchors: ['edu'], events: ['REGISTER_SUBORDINATE'] }],
    protection: {},
  })
  const { steps, faults } = await planInstallation(admin, text)
  expect(faults).toEqual([])
  if (steps.length > 0) expect(await applyInstallation(admin, text)).toMatchObject({ state: 'SUCCEEDED' })
  return exportedInstallation(admin)
}

it('creates an anchor that serves, and a webhook about it, and changes nothing when it is exported', async () => {
  const file = await initial()
  expect(file).toEqual({
    apiVersion: 'inmor/v1',
    complete: true,
    anchors: [anchorOf('edu'), { slug: 'main' }],
    webhooks: [{ url: URL_OF_ONE, events: ['REGISTER_SUBORDINATE'], anchors: ['edu'] }],
    protection: {},
  })
  expect(admin.server.anchors.find('edu')?.running).toBeDefined()
  await expect.poll(async () => (await admin.get('/edu/.well-known/openid-federation')).status).toBe(200)
  const text = await exportInstallation(admin)
  expect(await planInstallation(admin, text)).toMatchObject({ steps: [], faults: [], unchanged: 4 })
  expect(await exportInstallation(admin)).toBe(text)
})

it('names what it does, and says where the secret of a new webhook is', async () => {
  const url = 'http://127.0.0.1:2/secret/path'
  const content = installationOf({
    anchors: [anchorOf('new')],
    webhooks: [{ url, anchors: ['new'] }],
    protection: { validForHours: 5 },
  })
  const { text, markdown, operations } = await planInstallation(admin, content)
  expect(operations).toEqual(['ACCESS', 'ANCHOR'])
  expect(text).toContain('+ anchor new\n')
  expect(text).toContain(`    # ${SECRET}\n`)
  expect(text).toContain('the installation: 2 to create, 1 to change.')
  expect(markdown).toMatch(/^### Plan for the installation: 2 to create, 1 to change\n/)
})

it('creates nothing in a dry run, and makes no keys', async () => {
  const content = installationOf({
    anchors: [anchorOf('tried')],
    webhooks: [{ url: 'http://127.0.0.1:3/', anchors: ['tried'] }],
    protection: { validForHours: 6 },
  })
  const { state, items } = await applyInstallation(admin, content, { dryRun: true })
  expect(state).toBe('SUCCEEDED')
  expect(items.map(({ resource, ok, message }) => [resource, ok, message])).toEqual([
    ['tried', true, 'Would create the anchor.'],
    [
      'http://127.0.0.1:3',
      true,
      'Would create the webhook, after the anchor tried, which another step creates.',
    ],
    ['protection', true, expect.stringContaining('Would change the protection: ')],
  ])
  expect(existsSync(join(admin.config.keysDirectory, 'tried'))).toBe(false)
  expect(await admin.server.installation.anchor.count({ where: { slug: 'tried' } })).toBe(0)
  expect((await planInstallation(admin, content)).steps).toHaveLength(3)
})

it('gives the changed file when the installation is exported again', { timeout: 120_000 }, async () => {
  await initial()
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const file = structuredClone(await exportedInstallation(admin))
      for (const each of changes) each(file)
      const text = stringify(file)
      const { steps, faults } = await planInstallation(admin, text)
      expect(faults).toEqual([])
      if (steps.length > 0) {
        const { items } = await applyInstallation(admin, text)
        expect(items.filter(({ ok }) => !ok)).toEqual([])
      }
      expect(await exportedInstallation(admin)).toEqual(file)
      expect(await planInstallation(admin, text)).toMatchObject({ steps: [], faults: [] })
    }),
    { numRuns: Number(process.env.AS_CODE_RUNS ?? 12) },
  )
})

it.each([0, 1, 2, 3])('ends in the same state when it is killed after %i objects', async (done) => {
  const file = structuredClone(await initial())
  const slug = `killed-${done}`
  file.anchors.push({ ...anchorOf(slug), paused: true })
  file.anchors.sort((a, b) => (String(a.slug) < String(b.slug) ? -1 : 1))
  file.webhooks.push({ url: `http://127.0.0.1:4/${done}`, anchors: [slug] })
  file.protection.validForHours = 10 + done
  const steps = await stepsOf(file)
  expect(steps).toHaveLength(3)
  // What it applied, without a record of it.
  if (done > 0) await watchRun(admin, await queued(steps.slice(0, done), {}))
  const lost = { state: 'RUNNING', heartbeatAt: new Date(Date.now() - 3_600_000), attempts: 1 }
  const seen = await watchRun(admin, await queued(steps, lost))
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 3, done: 3, failed: 0 })
  expect(await exportedInstallation(admin)).toEqual(file)
})

it('pauses an anchor that it had created, and not paused yet, when it was killed', async () => {
  await initial()
  const slug = 'between'
  const steps = await stepsOf({
    ...(await exportedInstallation(admin)),
    anchors: [{ ...anchorOf(slug), paused: true }],
  })
  await applyInstallation(admin, installationOf({ anchors: [anchorOf(slug)] }))
  const seen = await watchRun(admin, await queued(steps, {}))
  expect(seen.at(-1)?.run).toMatchObject({ state: 'SUCCEEDED', failed: 0 })
  expect((await exportedInstallation(admin)).anchors).toContainEqual({ ...anchorOf(slug), paused: true })
})

it('creates anchors one after the other, and refuses one whose place another one has by then', async () => {
  const anchors = [
    anchorOf('many-a'),
    anchorOf('many-b'),
    { slug: 'nested', entityId: `${admin.entityId}/many-a/.well-known` },
  ]
  const { items } = await applyInstallation(admin, installationOf({ anchors }))
  expect(items).toMatchObject([
    { resource: 'many-a', ok: true },
    { resource: 'many-b', ok: true },
    { resource: 'nested', ok: false, message: expect.stringContaining('The anchor many-a serves') },
  ])
})

it('removes webhooks that its set described before, and never an anchor', async () => {
  const url = 'http://127.0.0.1:5/pruned'
  const set = 'pruned'
  await applyInstallation(
    admin,
    installationOf({ set, anchors: [anchorOf('kept')], webhooks: [{ url, anchors: ['kept'] }] }),
  )
  // The file of the first anchor, whose table has the owners of both.
  const { data } = await admin.execute(
    `query ($files: [ConfigurationFileInput!]!) {
      configurationPlan(anchor: "main", files: $files, prune: true) { hash steps { key } } }`,
    { files: [{ name: '1.yaml', content: 'apiVersion: inmor/v1\nanchor: main\nset: pruned\n' }] },
  )
  expect(data.configurationPlan).toEqual({ hash: expect.any(String), steps: [] })
  const { items } = await applyInstallation(admin, installationOf({ set }), { prune: true })
  expect(items).toMatchObject([{ resource: 'http://127.0.0.1:5', ok: true }])
  const { anchors, webhooks } = await exportedInstallation(admin)
  expect(anchors).toContainEqual(anchorOf('kept'))
  expect(webhooks.map((webhook) => webhook.url)).not.toContain(url)
})

it('shows no path of a webhook, which may be a secret, in the run and the audit log', async () => {
  const url = 'http://127.0.0.1:6/T0P/S3CRET'
  const { id } = await startInstallation(admin, installationOf({ webhooks: [{ url, description: 'Chat' }] }))
  await watchRun(admin, id)
  const document = `query ($id: ID!) { node(id: $id) { ... on Run { items { nodes { resource message changes { path after } } } } }
    auditEvents(first: 20) { nodes { action resource before after reason } } }`
  const { data, errors } = await admin.execute(document, { id }, 'viewer')
  expect(errors).toBeUndefined()
  expect(data.node.items.nodes).toMatchObject([
    { resource: 'http://127.0.0.1:6', message: SECRET, changes: [{ path: 'description', after: 'Chat' }] },
  ])
  expect(data.auditEvents.nodes.map(({ action }: { action: string }) => action)).toContain('CREATE_WEBHOOK')
  expect(JSON.stringify(data)).not.toContain('S3CRET')
})

const stepsOf = async (file: DescribedInstallation) => {
  await applyInstallation(admin, stringify(file), { dryRun: true })
  return itemsOfLastRun(admin)
}
const queued = (items: readonly QueuedItem[], further: object) => queueRun(admin, items, further)

const hook = (file: DescribedInstallation) => file.webhooks.find(({ url }) => url === URL_OF_ONE)
/** A change of a described installation, in the form in which it is exported. */
const change: fc.Arbitrary<(file: DescribedInstallation) => void> = fc.oneof(
  fc.boolean().map((paused) => (file: DescribedInstallation) => {
    const anchor = file.anchors.find(({ slug }) => slug === 'edu')
    set(anchor, 'paused', paused, false)
  }),
  fc
    .constantFrom('Chat', null)
    .map((text) => (file: DescribedInstallation) => set(hook(file), 'description', text, null)),
  fc
    .subarray(['REGISTER_SUBORDINATE', 'UPDATE_TRUST_ANCHOR', 'REVOKE_KEY'])
    .map((events) => (file: DescribedInstallation) => set(hook(file), 'events', events, [])),
  fc
    .subarray(['edu', 'main'])
    .map((anchors) => (file: DescribedInstallation) => set(hook(file), 'anchors', anchors, [])),
  fc.boolean().map((active) => (file: DescribedInstallation) => set(hook(file), 'active', active, true)),
  fc
    .integer({ min: 1, max: 100 })
    .map((hours) => (file: DescribedInstallation) => set(file.protection, 'validForHours', hours, 72)),
  fc
    .constantFrom('OFF', 'DELAYED', 'AT_ONCE')
    .map((mode) => (file: DescribedInstallation) => set(file.protection, 'breakGlass', mode, 'OFF')),
)
