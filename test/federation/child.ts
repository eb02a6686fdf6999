/** Runs one of our programs as a process, as an operator would. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)

export type Child = {
  /** What it printed so far, both streams. */
  output(): string
  /** Resolves when it has printed something that matches; rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** The exit code. */
  ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

export function run(program: string, args: string[], environment: Record<string, string> = {}): Child {
  const file = fileURLToPath(new URL(program, root))
  const child = spawn(process.execPath, [file, ...args], { env: { PATH: process.env.PATH, ...environment } })
  let output = ''
  const onOutput = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      for (const listener of onOutput) listener()
    })
  }
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    output: () => output,
    ended,
    kill: (signal) => void child.kill(signal),
    async printed(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
      const look = () => {
        const match = pattern.exec(output)
        if (match) resolve(match)
      }
      onOutput.add(look)
      ended.then(() => reject(new Error(`ended before it printed ${pattern}:\n${output}`)))
      look()
      return promise.finally(() => onOutput.delete(look))
    },
  }
}
