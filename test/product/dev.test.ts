/** Tests `npm run dev`: one command starts everything, and Ctrl-C stops it. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { patience } from '#test/helpers/patience.ts'
import { freePort } from '#test/helpers/port.ts'
import { eventually, makeInstallation } from '#test/helpers/product.ts'
import { descendants, run, survivors } from '#test/helpers/program.ts'

test('serves the console with the API behind it, and SIGINT leaves no process running', {
  tags: 'command/dev',
}, async () => {
  const { environment, federationUrl } = await makeInstallation()
  const CONSOLE_PORT = String(await freePort())
  const consoleUrl = `http://localhost:${CONSOLE_PORT}`
  const dev = run('server/cli/dev.ts', [], { environment: { ...environment, CONSOLE_PORT } })
  onTestFinished(async () => {
    dev.kill('SIGTERM')
    await dev.ended
  })
  await dev.printed(/^server {2}\| .*Press Ctrl-C to stop/m)
  expect(dev.stdout()).toMatch(RegExp(`Console +${consoleUrl}$`, 'm'))
  const page = await vi.waitFor(() => fetch(consoleUrl), patience)
  expect(await page.text()).toContain('__sveltekit_dev')
  const answer = await fetch(`${consoleUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { __typename } }' }),
  })
  expect(answer.headers.get('content-type')).toContain('json')
  expect((await fetch(`${federationUrl}/health`)).status).toBe(200)
  const processes = await descendants(dev.pid)
  expect(processes.length).toBeGreaterThanOrEqual(4)
  dev.kill('SIGINT')
  expect(await dev.ended).toEqual({ code: 0, signal: null })
  await eventually(async () => expect(await survivors(processes)).toEqual([]))
})

test('ends with exit code 1 when a part cannot run', async () => {
  const { environment } = await makeInstallation()
  const occupier = createServer().listen(0, 'localhost')
  await once(occupier, 'listening')
  const address = occupier.address()
  const CONSOLE_PORT = typeof address === 'object' && address ? String(address.port) : ''
  const dev = run('server/cli/dev.ts', [], { environment: { ...environment, CONSOLE_PORT } })
  expect((await dev.ended).code).toBe(1)
  occupier.close()
})

test('refuses a port that is not a number', async () => {
  const { environment } = await makeInstallation()
  const dev = run('server/cli/dev.ts', [], { environment: { ...environment, CONSOLE_PORT: 'none' } })
  expect((await dev.ended).code).toBe(1)
  expect(dev.stderr()).toMatch(/^CONSOLE_PORT must be a whole number from 1 to 65535, not "none"\.\n$/)
})
