/** Tests that a signal to npm reaches the product, because a service manager knows only npm. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { patience } from '#test/helpers/patience.ts'
import { eventually, makeInstallation } from '#test/helpers/product.ts'
import { descendants, survivors } from '#test/helpers/program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('SIGTERM to npm alone ends the product and all its processes', { tags: 'command/start' }, async () => {
  const { environment, adminUrl } = await makeInstallation()
  const { PATH, HOME } = process.env
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { PATH, HOME, ...environment },
    stdio: 'ignore',
  })
  const isServing = async () => expect((await fetch(`${adminUrl}/health`)).status).toBe(200)
  await vi.waitFor(isServing, patience)
  const processes = await descendants(Number(npm.pid))
  onTestFinished(async () => {
    for (const pid of await survivors(processes)) process.kill(pid, 'SIGKILL')
  })
  expect(processes).not.toEqual([])
  npm.kill('SIGTERM')
  await once(npm, 'exit')
  await eventually(async () => expect(await survivors(processes)).toEqual([]))
  await expect(fetch(`${adminUrl}/health`)).rejects.toThrow()
})
