/** Tests deliveries to a webhook when the worker is killed during one, and when PostgreSQL is away. */
import { expect, test } from 'vitest'
import { startDeployment } from '#test/helpers/deployment.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { type Program, run } from '#test/helpers/program.ts'
import { type Receiver, startReceiver, subjects, take } from '#test/server/webhook/receiver.ts'

const deployment = inFile(() => startDeployment({ admins: 1, workers: 1 }))

const type = (name: string) => `https://marks.example.org/${name}`

function ask<Result>(document: string, variables: Record<string, unknown> = {}): Promise<Result> {
  const [admin] = deployment.admins
  if (!admin) throw new Error('there is one')
  return admin.ask<Result>(document, variables)
}

const create = (name: string) =>
  ask(`mutation { createTrustMarkType(input: { type: "${type(name)}" }) { __typename } }`)

async function connect(): Promise<Receiver> {
  const receiver = await startReceiver()
  const { createWebhook } = await ask<{ createWebhook: { secret: string } }>(
    `mutation { createWebhook(input: { url: "${receiver.url}" }) {
      ... on CreateWebhookSuccess { secret } } }`,
  )
  receiver.trust(createWebhook.secret)
  return receiver
}

async function startWorker(): Promise<Program> {
  const worker = run('server/worker.ts', [], { environment: deployment.environment })
  await worker.printed(/the worker is ready/)
  return worker
}

test('sends one event again, and loses none, when a worker is killed before it has the answer', {
  tags: 'fault/courier-killed',
}, async () => {
  const receiver = await connect()
  receiver.answer(() => undefined)
  for (const name of ['one', 'two', 'three']) await create(name)
  await expect.poll(() => subjects(receiver)).toEqual([type('one')])
  const [worker] = deployment.workers
  worker?.kill('SIGKILL')
  await worker?.ended
  receiver.answer(take)
  await startWorker()
  // Half a minute would pass until the lease of the killed worker ends.
  await deployment.db
    .$executeRaw`UPDATE "Webhook" SET "leaseUntil" = now() AT TIME ZONE 'utc' - interval '1 second'`
  await expect.poll(() => subjects(receiver).at(-1)).toBe(type('three'))
  expect(subjects(receiver)).toEqual(['one', 'one', 'two', 'three'].map(type))
  expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id)
})

test('goes on after PostgreSQL was away, with at most one event twice', {
  tags: ['fault/postgres-away', 'fault/receiver-away'],
}, async () => {
  await deployment.db.webhook.deleteMany()
  const receiver = await connect()
  await create('four')
  await expect.poll(() => subjects(receiver)).toEqual([type('four')])
  let back: Promise<void> | undefined
  receiver.answer((response) => {
    receiver.answer(take)
    back = deployment.database.restart()
    take(response) // the worker may or may not record it
  })
  await create('five')
  await expect.poll(() => back !== undefined).toBe(true)
  await back
  const isCreated = () =>
    create('six').then(
      () => true,
      () => false,
    )
  await expect.poll(isCreated).toBe(true)
  await expect.poll(() => subjects(receiver).at(-1)).toBe(type('six'))
  expect([...new Set(subjects(receiver))]).toEqual(['four', 'five', 'six'].map(type))
  expect(receiver.received.length).toBeLessThanOrEqual(4)
})
