/**
 * Starts a program that ends with this process at the latest. It does not hold the standard error of this process: a run of
 * tests would otherwise wait for a program that a failed test left behind.
 */
import { type ChildProcessByStdio, type SpawnOptions, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

const running = new Set<ChildProcessByStdio<null, Readable, Readable>>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Its standard output must be read; its standard error is written to that of this process. */
export function spawnOwn(
  program: string,
  args: readonly string[],
  options: Omit<SpawnOptions, 'stdio'> = {},
): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.stderr.on('data', (chunk) => process.stderr.write(chunk))
  return child
}
