/** Runs a command of another server in its own process group, which ends as a whole. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'

export type Group = {
  pid: number
  /** Resolves with how it ended: words to follow its name. */
  ended: Promise<string>
  /** The same, undefined while it runs. */
  ending(): string | undefined
  /** A sentence. */
  lastOutput(): string
  end(): Promise<void>
}

type Command = { run: readonly string[]; environment: Readonly<Record<string, string>>; directory: string }

const KEPT = 2_000
const LINES = 3
/** Milliseconds for the rest of the output after the end. */
const FLUSH_MS = 1_000

/** @throws Error when the program cannot be started */
export async function startGroup({ run, environment, directory }: Command): Promise<Group> {
  const [program = '', ...args] = run
  const child = spawn(program, args, {
    cwd: directory,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // in a group with its own number
  })
  if (child.pid === undefined) {
    const [error] = await once(child, 'error')
    throw error
  }
  const { pid } = child
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT)
    })
  const exited = once(child, 'exit')
  const closed = once(child, 'close')

  function killAll(): void {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // kill throws errors of the system only
    }
  }
  function lastOutput(): string {
    const lines = output.trim().split('\n').slice(-LINES).join(' / ')
    return lines === '' ? 'It printed nothing.' : `Its last output: ${lines}`
  }
  let ending: string | undefined
  const ended = exited.then(async ([code, signal]) => {
    killAll() // what it left behind
    await Promise.race([closed, setTimeout(FLUSH_MS, undefined, { ref: false })])
    ending = `ended ${signal ? `by ${signal}` : `with code ${code}`}. ${lastOutput()}`
    return ending
  })
  return {
    pid,
    ended,
    ending: () => ending,
    lastOutput,
    async end() {
      if (ending === undefined) killAll()
      await ended
    },
  }
}
