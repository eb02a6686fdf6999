/** Tests that a page shows every change: of the time before its subscription, and while many come. */
import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { make } from './make.ts'
import { sessionInFile } from './signed-in-console.ts'

let page: Page

const admin = adminInFile()
const session = sessionInFile(admin)
beforeEach(async () => {
  page = (await session.open()).page
  return () => page.close()
})

const createType = (name: string) =>
  make(admin, 'createTrustMarkType', { type: `${admin.entityId}/marks/${name}` })
const rows = () => page.getByRole('main').getByRole('row')

test('shows what was changed after it was read and before it subscribed', async () => {
  const { promise: changed, resolve: goOn } = Promise.withResolvers<void>()
  await page.route('**/graphql', async (route) => {
    // A query accepts other answers as well.
    if (route.request().headers().accept === 'text/event-stream') await changed
    await route.continue()
  })
  await page.goto('/trust-marks/types')
  await page.getByText('No Trust Mark types yet').waitFor()
  await createType('early')
  goOn()
  await page.getByRole('main').getByText('/marks/early').first().waitFor()
})

test('shows what is new while events keep coming, over a slow network', async () => {
  await page.goto('/trust-marks/types')
  await page.getByRole('heading', { level: 1, name: 'Trust Mark types' }).waitFor()
  await page.route('**/graphql', async (route) => {
    await setTimeout(400)
    await route.continue()
  })
  const seen = new Set<number>()
  const events: Promise<unknown>[] = []
  // 20 a second.
  const timer = setInterval(() => events.push(createType(`flow-${events.length}`)), 50)
  onTestFinished(() => clearInterval(timer))
  await expect
    .poll(async () => seen.add(await rows().count()).size, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(4)
  clearInterval(timer)
  await Promise.all(events)
})

test('asks for the status every few seconds, and does not read the page again for it', async () => {
  const fields: string[] = []
  page.on('response', async (response) => {
    if (!response.headers()['content-type']?.includes('json')) return // the stream of events
    const answer = await response.json().catch(() => null) // the page was closed
    fields.push(...Object.keys(answer?.data ?? {}))
  })
  await page.clock.install()
  await page.goto('/administration/users')
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
  await expect.poll(() => fields).toContain('users')
  fields.length = 0
  // One reading at a time: the second one begins when the first one, with all that it reads, has ended.
  for (const times of [1, 2]) {
    await page.clock.fastForward(16_000)
    await expect
      .poll(() => fields.filter((name) => name === 'trustAnchors').length)
      .toBeGreaterThanOrEqual(times)
  }
  expect(fields).not.toContain('users')
})
