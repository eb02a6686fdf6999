/** Builds the console while the servers of `npm start` answer: a process with low priority, which ends with this one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export type ConsoleBuild = {
  /** Whether the console is absent and is or will be built. */
  isBeingBuilt(): boolean
  start(): void
  close(): Promise<void>
}

/** `print` gets whole lines. */
export function createConsoleBuild(print: (line: string) => void, project = PROJECT): ConsoleBuild {
  let isBeingBuilt = !existsSync(join(project, 'web/build/200.html'))
  let child: ChildProcess | undefined
  let isClosing = false

  function ended(code: number | null): void {
    isBeingBuilt = false
    if (isClosing) return
    if (code === 0) print('inmor: the console is ready')
    else
      print(
        'inmor: The console could not be built. npm run build says why and tries again; the servers go on.',
      )
  }

  return {
    isBeingBuilt: () => isBeingBuilt,
    start() {
      if (!isBeingBuilt) return
      const args = [join(project, 'server/cli/bootstrap.mjs'), 'console', '--with-parent']
      // A process group of its own, which ends when its input is closed, even if this process is killed.
      child = spawn(process.execPath, args, { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
      if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW)
      if (child.stdout) createInterface({ input: child.stdout }).on('line', print)
      child.once('error', () => ended(1))
      child.once('close', ended) // after its last line
    },
    async close() {
      isClosing = true
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.stdin?.end()
      await exit
    },
  }
}
