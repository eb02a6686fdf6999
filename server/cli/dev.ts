/** `npm run dev`: both servers and the console, restarted or reloaded when a file changes, until Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { readEmbeddedConfig, setDefaults } from '#server/config/embedded.ts'
import { sentenceOf } from '#server/process/start-failure.ts'

type Part = { name: string; args: readonly string[]; folder?: string }

const root = fileURLToPath(new URL('../..', import.meta.url))
const consolePort = readConsolePort()
setDefaults({ DATA_DIR: 'data/dev', ADMIN_URL: `http://localhost:${consolePort}` })
const watch = ['--watch', '--watch-preserve-output']

/** One Node process each. Without a path, Node watches all files that the program imports. */
const parts: readonly Part[] = [
  { name: 'server', args: [...watch, 'server/standalone.ts'] },
  { name: 'schema', args: [...watch, 'server/schema/print.ts'] },
  { name: 'commands', args: [...watch, 'server/cli/table/print.ts'] },
  {
    name: 'types',
    args: [
      ...[...watch, '--watch-path=schema.graphql', '--watch-path=web/src'],
      ...['web/codegen/generate.ts', 'codegen.ts'],
    ],
  },
  {
    name: 'console',
    args: ['node_modules/vite/bin/vite.js', '--strictPort', '--port', String(consolePort)],
    folder: 'web',
  },
]

function readConsolePort(): number {
  try {
    return readEmbeddedConfig().consolePort
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    process.exit(1)
  }
}

function start({ name, args, folder = '' }: Part): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: `${root}${folder}`,
    // A process group of its own: Ctrl-C reaches this process alone, which then stops each group once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const prefix = styleText('dim', `${name.padEnd(7)} | `)
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => process.stdout.write(`${prefix}${line}\n`))
  }
  return child
}

const children = parts.map(start)

function signalAll(signal: NodeJS.Signals): void {
  for (const { pid } of children) {
    try {
      if (pid) process.kill(-pid, signal)
    } catch {
      // This group has ended.
    }
  }
}

let isEnding = false
function end(): void {
  signalAll(isEnding ? 'SIGKILL' : 'SIGTERM') // a second Ctrl-C does not wait
  isEnding = true
}

process.on('SIGINT', end)
process.on('SIGTERM', end)
for (const child of children) {
  child.once('exit', () => {
    if (isEnding) return
    process.exitCode = 1
    end()
  })
}
await Promise.all(children.map((child) => once(child, 'exit')))
