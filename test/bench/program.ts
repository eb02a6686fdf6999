/** Runs a measured program in a separate process. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Usage } from './probe.ts'

export type MeasuredProgram = {
  pid: number
  /** Resolves when its output matches; rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends a message, and resolves with the reply. */
  ask(message: object | string): Promise<unknown>
  usage(): Promise<Usage>
  end(): Promise<void>
}

const root = new URL('../../', import.meta.url)
const probe = new URL('probe.ts', import.meta.url).href

export function launch(
  script: string,
  environment: Record<string, string> = {},
  flags: readonly string[] = [],
): MeasuredProgram {
  const child = fork(fileURLToPath(new URL(script, root)), {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', probe, ...flags],
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  if (child.pid === undefined) throw new Error(`${script} could not be started`)
  let output = ''
  const onOutput = new Set<() => void>()
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
    for (const listener of onOutput) listener()
  })
  const ended = once(child, 'exit')

  async function ask(message: object | string): Promise<unknown> {
    const answer = once(child, 'message')
    child.send(message)
    const [value] = await Promise.race([
      answer,
      ended.then(() => Promise.reject(new Error(`${script} ended`))),
    ])
    return value
  }

  return {
    pid: child.pid,
    ask,
    usage: () => ask('usage') as Promise<Usage>, // the probe answers nothing else
    async printed(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
      const look = () => {
        const match = pattern.exec(output)
        if (match) resolve(match)
      }
      onOutput.add(look)
      void ended.then(() => reject(new Error(`${script} ended:\n${output}`)))
      look()
      return promise.finally(() => onOutput.delete(look))
    },
    async end() {
      if (child.exitCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}
