/** Signals the processes of the PKCS#11 modules that this process started, as an operator or a fault would. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Of one token, which its configuration names: other tests may run in this process. */
export async function tokenProcesses(configuration: string): Promise<number[]> {
  const found = await exec('pgrep', ['-P', String(process.pid), '-f', 'pkcs11-process']).catch(() => null)
  const pids = (found?.stdout ?? '').trim().split('\n').filter(Boolean).map(Number)
  const isOfToken = async (pid: number) =>
    (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).includes(configuration) // it has ended
  const known = await Promise.all(pids.map(isOfToken))
  return pids.filter((_, at) => known[at])
}

export async function signalToken(configuration: string, signal: NodeJS.Signals): Promise<void> {
  for (const pid of await tokenProcesses(configuration)) process.kill(pid, signal)
}
