/** Tests that an approval covers its own change only, and nothing that was started with it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { watchAlerts } from '#server/alerts/watch.ts'
import { createRightsWatch } from '#server/auth/rights-watch.ts'
import { systemClock } from '#server/clock.ts'
import { type Caller, cliCaller } from '#server/identity/caller.ts'
import { startWorker } from '#server/jobs/worker.ts'
import { createAuditFeed } from '#server/live/audit-feed.ts'
import { createObserver } from '#server/metrics/observer.ts'
import { watchPublication } from '#server/publish/publication-status.ts'
import { startPublisher } from '#server/publish/publisher.ts'
import { keepStoredKeys } from '#server/publish/stored-keys.ts'
import { requireApprovalBefore, runWithApproval } from '#server/services/protection/approval.ts'
import { operationNames } from '#server/services/protection/operation.ts'
import { adminInFile, type TestAdmin } from '#test/helpers/admin.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { answered, post } from '../public/public-test.ts'
import { administratorsInFile, approve, protect, waiting } from './people.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
const external = adminInFile({}, { worker: 'external' })
const log = pino({ level: 'silent' })

const CREATE =
  'mutation ($input: CreateTrustAnchorInput!) { createTrustAnchor(input: $input) { __typename } }'
const APPLY =
  'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { __typename } }'
const REFUSAL = /^A second person must approve this change\./
const identifierOf = (slug: string) => `${admin.entityId}/${slug}`

const ways = {
  mutation: (slug: string) => [CREATE, { slug, entityId: identifierOf(slug), displayName: 'New' }] as const,
  file: (slug: string) => {
    const content = `apiVersion: inmor/v1\nanchors: [{ slug: ${slug}, entityId: ${identifierOf(slug)} }]\n`
    return [APPLY, { installation: true, files: [{ name: '1.yaml', content }] }] as const
  },
}

/** What needs two people is done neither by a run of one person nor for a stranger. */
async function expectTwoPeople(at: TestAdmin, slug: string): Promise<void> {
  const place = slug === 'main' ? at : { ...at, entityId: identifierOf(slug) }
  const make = (mutation: string, input: object, selection: string) =>
    at.mutate(mutation, { anchor: slug, ...input }, selection, 'admin')
  const [leaf, stranger] = await Promise.all([startLeaf(place), startLeaf(place)])
  expect(await make('updateTrustAnchor', { endpoints: ['ENROLL'] }, 'version')).toHaveProperty('version')
  await make('updateCheckPipeline', { entityType: 'openid_relying_party', approves: true }, 'id')
  const { id } = await make('registerSubordinate', { entityId: leaf.id, autorenew: false }, 'id')
  await expect.poll(async () => (await fetch(`${place.entityId}/enroll?sub=x`)).status).not.toBe(404)
  await protect(at, operationNames)

  const change = { subordinates: { ids: [id] }, action: 'RENEW' }
  expect(await make('startSubordinateChange', change, 'id')).toHaveProperty('id')
  const { db } = at.server.anchors.find(slug)?.running ?? at.server
  const finished = () => db.runItem.findMany({ where: { ok: { not: null } } })
  await expect.poll(finished).toHaveLength(1)
  expect.soft(await finished()).toMatchObject([{ ok: false, message: expect.stringMatching(REFUSAL) }])

  await post(place, '/enroll', { sub: stranger.id })
  expect(await answered(place, '/enroll', { sub: stranger.id })).toMatchObject({ state: 'waiting' })
  expect(await db.subordinate.count({ where: { entityId: stranger.id } })).toBe(0)
}

it.each(['mutation', 'file'] as const)(
  'an anchor that was approved as a %s does nothing alone',
  async (way) => {
    await protect(admin, operationNames)
    const [document, input] = ways[way](way)
    const id = waiting(await people.alice.visitor.execute(document, { input }))
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    const running = () => admin.server.anchors.find(way)?.running
    await expect.poll(running).toBeDefined()
    await running()?.db.schedule.updateMany({ data: { enabled: false } })
    await protect(admin, [])
    await expectTwoPeople(admin, way)
  },
)

const caller = cliCaller('test')
const inApprovedCall = (work: (approved: Caller) => Promise<void>) =>
  runWithApproval(caller, { approvalId: 1, effect: null, use: null }, work)

it('a worker that an approved call starts does nothing alone', () =>
  inApprovedCall(async () => {
    const { queue, events, jobContext: context } = external.server.anchors.first
    const worker = await startWorker({ queue, events, context, log, keepsSchedules: true })
    onTestFinished(worker.close)
    await expectTwoPeople(external, 'main')
  }))

/** What a protected change of a person gets. */
const attempt = (by: Caller) =>
  requireApprovalBefore(admin.server.installation, by, {
    action: 'pauseTrustAnchor',
    resource: admin.entityId,
    after: {},
  }).then(
    () => 'approved',
    ({ code }) => code as string,
  )

/** Starts what calls `called` while it goes on. */
type Start = (called: () => Promise<void>) => Promise<{ close(): unknown }>

const noting = (called: () => Promise<void>) => () => {
  void called()
  return systemClock()
}

const starts: Record<string, Start> = {
  async 'the watch of rights'(called) {
    const lookUp = () => called().then(() => null)
    const { watch } = createRightsWatch({ db: admin.server.installation, now: systemClock, lookUp })
    return { close: watch({}, caller, () => undefined) }
  },
  async 'the watch of alerts'(called) {
    const watch = watchAlerts({ list: () => called().then(() => []) })
    watch.follow()
    return watch
  },
  async 'the watch of publication'(called) {
    const watch = watchPublication({ ...admin.server.anchors.first.publishing, now: noting(called) })
    watch.follow()
    return watch
  },
  async 'the feed of the audit log'(called) {
    const db = admin.server.db.$extends({
      query: { auditHead: { findFirst: ({ args, query }) => called().then(() => query(args)) } },
    })
    const feed = createAuditFeed(db as typeof admin.server.db, () => undefined) // with the same tables
    await feed.subscribe()
    return feed
  },
  async 'the publisher'(called) {
    const { publication } = createObserver(systemClock).ofAnchor(null)
    const publishing = { ...admin.server.anchors.first.publishing, now: noting(called) }
    const publisher = startPublisher(publishing, log, publication, async () => undefined)
    await publisher.flush()
    return { close: publisher.stop }
  },
  async 'a schedule'(called) {
    const { queue, events, jobContext } = admin.server.anchors.first
    const context = { ...jobContext, now: noting(called) }
    const worker = await startWorker({ queue, events, context, log, keepsSchedules: false })
    await worker.runDue('prune', systemClock())
    return worker
  },
  async 'the probe of key stores'(called) {
    const { place } = admin.server.anchors.first.signingKeys
    const stored = keepStoredKeys(place, { current: () => void called(), onError: () => undefined })
    stored.follow()
    return stored
  },
}

it('what an approved call starts is not approved', () =>
  inApprovedCall(async (approved) => {
    await protect(admin, operationNames)
    expect(await attempt(approved)).toBe('approved')
    const found = Object.fromEntries(Object.keys(starts).map((name) => [name, 'nothing']))
    for (const [name, start] of Object.entries(starts)) {
      const started = await start(async () => {
        found[name] = await attempt(caller)
      })
      onTestFinished(async () => void (await started.close()))
    }
    const refused = Object.keys(starts).map((name) => [name, 'APPROVAL_REQUIRED'])
    await expect.poll(() => found).toEqual(Object.fromEntries(refused))
  }))

it('what an approved call leaves behind is not approved after it', async () => {
  await protect(admin, operationNames)
  const left = Promise.withResolvers<string>()
  const over = Promise.withResolvers<void>()
  await inApprovedCall(async (approved) => {
    expect(await attempt(approved)).toBe('approved')
    void over.promise.then(() => attempt(approved)).then(left.resolve, left.reject)
  })
  over.resolve()
  expect(await left.promise).toBe('APPROVAL_REQUIRED')
})

it('no ambient state decides whether a change commits', async () => {
  const { stdout } = await promisify(execFile)('git', ['grep', '-l', 'AsyncLocalStorage', '--', 'server'])
  // The ids of a request and of a run, for the log; and the place of a failed sign-in.
  expect(stdout.trim().split('\n')).toEqual(['server/auth/failure.ts', 'server/identity/origin.ts'])
  const ofProtection = [
    'server/services/protection',
    'server/services/write.ts',
    'server/services/write-transaction.ts',
  ]
  await expect(
    promisify(execFile)('git', ['grep', '-l', 'WeakMap', '--', ...ofProtection]),
  ).rejects.toMatchObject({
    ...{ code: 1, stdout: '' }, // none
  })
})
