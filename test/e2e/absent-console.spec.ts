/** Tests the page at the console's addresses while the console is being built: a user waits, and then has the console. */
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { consolePages } from '#server/plugins/console.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'

test('a page of the console waits, is readable, and becomes the console', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inmor-console-'))
  const app = Fastify()
  await consolePages(app, { root: join(folder, 'build'), isBeingBuilt: () => true })
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  // What is checked must not load itself again meanwhile.
  const { page: still } = await openPage(origin)
  await still.setContent(await (await fetch(origin)).text())
  expect(await violations(still)).toEqual([])

  const { page, complaints } = await openPage(origin)
  await page.goto('/subordinates')
  const heading = page.getByRole('heading', { name: 'The console is being built' })
  await heading.waitFor()
  expect(await heading.evaluate((element) => getComputedStyle(element).fontSize)).toBe('24px')
  const unfinished = join(folder, 'unfinished')
  await mkdir(unfinished)
  await writeFile(join(unfinished, '200.html'), '<!doctype html><title>Inmor</title><h1>Subordinates</h1>')
  await rename(unfinished, join(folder, 'build'))
  await page.getByRole('heading', { name: 'Subordinates' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/subordinates')
  expect(complaints.filter((complaint) => !complaint.includes('503'))).toEqual([])
})
