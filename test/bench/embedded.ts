/** Measures `npm start` on an installed clone: how long it takes, and how much memory it holds. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '#test/helpers/port.ts'
import { descendants } from '#test/helpers/program.ts'
import { megabytes, type Part, section } from './document.ts'
import { duration, printed, usageOf } from './program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const REST_MS = 60_000
const SERVING = /Press Ctrl-C to stop/

export const embeddedPart: Part = {
  name: 'embedded',
  usual: ['full'],
  async measure() {
    const directory = await mkdtemp(join(tmpdir(), 'bench-embedded-'))
    const environment = {
      DATA_DIR: join(directory, 'data'),
      ADMIN_PORT: String(await freePort()),
      FEDERATION_PORT: String(await freePort()),
    }
    try {
      const intro =
        'On a clone with everything installed, of all processes of `npm start`. At rest is a minute after the start.'
      const head = ['', 'until it serves', 'most memory until then', 'memory then', 'at rest']
      // The first start creates the database, and the second finds it.
      const rows = [
        await measureStart('first start', environment),
        await measureStart('second start', environment),
      ]
      return [section('`npm start`', intro, head, rows)]
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
}

/** Of all its processes but npm. */
async function measureStart(name: string, environment: Record<string, string>): Promise<string[]> {
  const { PATH, HOME } = process.env
  const begun = performance.now()
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(npm, 'exit')
  const usage = async () => usageOf(await descendants(Number(npm.pid)))
  try {
    await printed(npm.stdout, SERVING)
    const clock = (performance.now() - begun) / 1000
    const { processor, memory, peak } = await usage()
    await setTimeout(REST_MS)
    const { memory: atRest } = await usage()
    return [name, duration({ clock, processor: processor / 1e6 }), ...[peak, memory, atRest].map(megabytes)]
  } finally {
    npm.kill('SIGTERM')
    await ended
  }
}
