/** Tests the backlog: a publication with progress is behind, one without progress is stalled. */
import { beforeEach, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000)

async function publication() {
  const { data } = await admin.execute(
    '{ serverStatus { publication { health pending rate estimatedSeconds lastError } } }',
    {},
    'viewer',
  )
  return data.serverStatus.publication
}

/** Another process has the lease, and publishes or does not. */
const record = (progress: object) =>
  admin.server.db.publisherLease.updateMany({
    data: { holder: 'another', expiresAt: secondsAgo(-40), lastError: null, remaining: 0, ...progress },
  })

beforeEach(async () => {
  const { db } = admin.server
  await record({})
  await db.outboxEntry.deleteMany()
  const entry = (index: number) => ({ topic: 'subordinate', key: `https://rp${index}.example.org` })
  const data = Array.from({ length: 40 }, (_, index) => ({ ...entry(index), createdAt: secondsAgo(300) }))
  await db.outboxEntry.createMany({ data })
})

it('is behind while another process makes progress, with rate and time left', async () => {
  await record({ progressAt: secondsAgo(1), rate: 20, remaining: 160 })
  expect(await publication()).toEqual({
    health: 'BEHIND',
    pending: 40,
    rate: 20,
    estimatedSeconds: 10,
    lastError: null,
  })
})

it.each([
  ['nothing was published for long', { progressAt: secondsAgo(60), rate: 20 }],
  ['nothing was ever published', { progressAt: null }],
  ['the last progress is from a wrong clock', { progressAt: secondsAgo(-86_400), rate: 20 }],
])('is stalled when %s', async (_what, progress) => {
  await record(progress)
  expect(await publication()).toMatchObject({ health: 'STALLED', rate: 0, estimatedSeconds: null })
})

it('is stalled while the last error is stored', async () => {
  await record({ progressAt: secondsAgo(1), rate: 20, lastError: 'No space left.' })
  expect(await publication()).toMatchObject({ health: 'STALLED', lastError: 'No space left.' })
})

it('is pending while no change has waited for long', async () => {
  const { db } = admin.server
  await record({ progressAt: secondsAgo(300) })
  await db.outboxEntry.updateMany({ data: { createdAt: secondsAgo(5) } })
  expect(await publication()).toMatchObject({ health: 'PENDING', estimatedSeconds: null })
})

it('records the progress of its own publication', async () => {
  const { db, publisher } = admin.server
  await record({ expiresAt: secondsAgo(1) })
  await publisher.flush(20_000)
  const lease = await db.publisherLease.findUniqueOrThrow({ where: { id: 1 } })
  expect(lease.progressAt?.getTime()).toBeGreaterThan(secondsAgo(20).getTime())
  expect(lease.rate).toBeGreaterThan(0)
  expect(await publication()).toMatchObject({ health: 'UP_TO_DATE', pending: 0, estimatedSeconds: 0 })
})
