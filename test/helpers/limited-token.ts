/** A PKCS#11 module in front of SoftHSM with a limit of sessions, which SoftHSM itself has not; it counts log-ins too. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { type FrontedHsm, startFrontedHsm } from './fronted-hsm.ts'

export type LimitedToken = FrontedHsm & {
  /** How many sessions a process may open; null: as many as it likes. */
  limitSessions(count: number | null): Promise<void>
  /** How often a session was refused, by all processes. */
  refusedSessions(): Promise<number>
  /** The error of each attempt to create a key, as PKCS#11 numbers it; null: keys are created. */
  fill(error: number | null): Promise<void>
  /** How often a key was to be created, by all processes. */
  creations(): Promise<number>
  /** Each process that opens a session or signs gets the signal; null: none. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | null): Promise<void>
  /** The log-ins that the token refused, by all processes. */
  refusedLogins(): Promise<number>
}

export async function startLimitedToken(): Promise<LimitedToken> {
  const hsm = await startFrontedHsm('limited-token.c')
  const { folder } = hsm
  const [sessions, signal] = [join(folder, 'sessions'), join(folder, 'signal')]
  const full = join(folder, 'full')
  /** None without the file. */
  async function linesOf(name: string): Promise<string[]> {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    return text.split('\n').filter(Boolean)
  }
  return {
    ...hsm,
    refusedSessions: async () => (await linesOf('refusals')).length,
    limitSessions: (count) =>
      count === null ? rm(sessions, { force: true }) : writeFile(sessions, String(count)),
    fill: (error) => (error === null ? rm(full, { force: true }) : writeFile(full, String(error))),
    creations: async () => (await linesOf('creations')).length,
    signal: (name) =>
      name === null ? rm(signal, { force: true }) : writeFile(signal, String(constants.signals[name])),
    refusedLogins: async () => (await linesOf('logins')).filter((line) => line !== '0').length,
  }
}
