/** Measures the export of what is published, and a mirror of the files. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { run } from '#test/helpers/program.ts'
import { megabytes, number, type Part, section } from './document.ts'
import { prepareStore, type Store } from './federation.ts'
import { entityId } from './fill.ts'
import { isInstalled, startEdge } from './nginx.ts'
import { duration, ofExporter, ofFirstLine, usageOf } from './program.ts'

const REST_SECONDS = 20

export const filesPart: Part = {
  name: 'files',
  usual: ['full'],
  async measure(effort, say) {
    const sizes = { quick: [100, 10_000], full: [100, 10_000, 100_000] }[effort]
    const [exports, mirrors]: string[][][] = [[], []]
    for (const size of sizes) {
      const store = await prepareStore(size)
      const folder = await mkdtemp(join(tmpdir(), 'files-'))
      await chmod(folder, 0o755) // nginx is another user
      exports?.push([number(size), ...(await measureExport(store, folder))])
      say(`${size} members are exported.`)
      if (await isInstalled()) {
        mirrors?.push([number(size), ...(await measureMirror(folder))])
        say(`${size} members are mirrored.`)
      }
      await Promise.all([store.close(), rm(folder, { recursive: true })])
    }
    const head = ['members', 'first export', 'comparison', 'at rest, of a core', 'memory']
    return [
      section('Export of files', 'Each member has a statement and a Trust Mark.', head, exports ?? []),
      section(
        'Mirror of the files',
        'From nginx on the same machine; a comparison reads and hashes every file.',
        ['members', 'first copy', 'comparison', 'at rest with a look each second, of a core', 'memory'],
        mirrors ?? [],
      ),
    ]
  },
}

const measureExport = (store: Store, folder: string) => measureTwice(() => startExport(store, folder))

/** Until the folder is as published. */
export function startExport({ redisUrl, keysDirectory }: Store, folder: string) {
  const environment = { ...ofExporter, TA_DOMAIN: entityId, REDIS_URL: redisUrl, KEYS_DIR: keysDirectory }
  return follow(run('federation/export/main.ts', [folder], { environment }), /was compared/)
}

/** Twice, because the second time finds the files of the first one. */
async function measureTwice(start: () => ReturnType<typeof follow>): Promise<string[]> {
  const first = await start()
  await first.end()
  const second = await start()
  const before = await second.usage()
  await setTimeout(REST_SECONDS * 1000)
  const { processor, peak } = await second.usage()
  await second.end()
  const share = (processor - before.processor) / (REST_SECONDS * 10_000)
  return [first.taken, second.taken, `${share.toFixed(2)} %`, megabytes(peak)]
}

/** Until it says that it has done all. */
async function follow(program: ReturnType<typeof run>, ready: RegExp) {
  const begun = performance.now()
  await program.printed(ready)
  const usage = () => usageOf([program.pid])
  const clock = (performance.now() - begun) / 1000
  return {
    usage,
    taken: duration({ clock, processor: (await usage()).processor / 1e6 }),
    async end() {
      program.kill('SIGTERM')
      await program.ended
    },
  }
}

async function measureMirror(folder: string): Promise<string[]> {
  const server = await startEdge(folder)
  const path = await mkdtemp(join(tmpdir(), 'mirror-'))
  const start = () =>
    follow(
      run('server/cli/inmor.ts', ['mirror', server.url, path, '--allow-http', '--every', '1'], {
        environment: ofFirstLine,
      }),
      /^Manifest .*/m,
    )
  const figures = await measureTwice(start)
  await Promise.all([server.end(), rm(path, { recursive: true })])
  return figures
}
