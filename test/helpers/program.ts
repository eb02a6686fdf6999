/** Runs one of our programs as a process. The set-up of the tests ends it with its test file at the latest. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type Ending = { code: number | null; signal: NodeJS.Signals | null }

export type Program = {
  pid: number
  /** The output so far. */
  stdout(): string
  stderr(): string
  /** Both, in the order in which they arrived. */
  output(): string
  /** Resolves when its output matches; rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves when it and everything that writes to its output has ended. */
  ended: Promise<Ending>
  kill(signal: NodeJS.Signals): void
}

type Options = {
  environment?: Record<string, string>
  input?: string
  /** As another user of the system; only root may. */
  uid?: number
}

const running = new Set<ChildProcess>()

/** Ends every program that still runs. */
export async function endPrograms(): Promise<void> {
  const ends = [...running].map((child) => once(child, 'exit'))
  for (const child of running) child.kill('SIGKILL')
  await Promise.all(ends)
}

/** Avoids compiling the same code at each start; `npm test` sets the folder. */
const { NODE_COMPILE_CACHE = '' } = process.env

/** Most programs of the tests end soon: with a young generation that is large at once, V8 collects it a few times only. */
const flags = [
  '--disable-warning=ExperimentalWarning',
  '--min-semi-space-size=16',
  '--max-semi-space-size=32',
]

/** The environment is only what is given, so that no variable of the test run leaks into the program. */
export function run(script: string, args: readonly string[] = [], options: Options = {}): Program {
  const file = fileURLToPath(new URL(`../../${script}`, import.meta.url))
  const node = [...flags, file, ...args]
  const environment = { NODE_COMPILE_CACHE, ...options.environment }
  return runCommand(process.execPath, node, { ...options, environment })
}

/** Runs any program, with the `PATH` and the given environment. */
export function runCommand(command: string, args: readonly string[], options: Options = {}): Program {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...options.environment },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const name = [command, ...args].join(' ')
  if (child.pid === undefined) throw new Error(`${name} could not be started`)
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.stdin?.end(options.input)
  let [stdout, stderr, output] = ['', '', '']
  const onOutput = new Set<() => void>()
  const heard = (text: string) => {
    output += text
    for (const listener of onOutput) listener()
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    heard(text)
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    heard(text)
  })
  const ended = once(child, 'close').then(([code, signal]): Ending => ({ code, signal }))
  return {
    pid: child.pid,
    stdout: () => stdout,
    stderr: () => stderr,
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
      void ended.then(() => reject(new Error(`${name} ended before it printed ${pattern}:\n${output}`)))
      look()
      return promise.finally(() => onOutput.delete(look))
    },
  }
}

/** Living descendants of this process, without zombies. */
export async function descendants(pid: number): Promise<number[]> {
  const processes = await livingProcesses()
  const below = (parent: number): number[] =>
    processes.filter((it) => it.parent === parent).flatMap((it) => [it.pid, ...below(it.pid)])
  return below(pid)
}

/** The processes that are still alive. */
export async function survivors(pids: readonly number[]): Promise<number[]> {
  const living = new Set((await livingProcesses()).map(({ pid }) => pid))
  return pids.filter((pid) => living.has(pid))
}

async function livingProcesses(): Promise<{ pid: number; parent: number }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat='])
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith('Z'))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }))
}
