/** A PKCS#11 module in front of SoftHSM with a limit of sessions, which SoftHSM itself has not; it counts log-ins too. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { type FrontedHsm, startFrontedHsm } from './fronted-hsm.ts'

export type LimitedToken = FrontedHsm & {
  /** How many sessions a process may open; null: as many as it likes. */
  limitSessions(count: number | null): Promise<void>
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
  return {
    ...hsm,
    limitSessions: (count) =>
      count === null ? rm(sessions, { force: true }) : writeFile(sessions, String(count)),
    fill: (error) => (error === null ? rm(full, { force: true }) : writeFile(full, String(error))),
    async creations() {
      const text = await readFile(join(folder, 'creations'), 'utf8').catch(() => '') // none was to be created
      return text.split('\n').filter(Boolean).length
    },
    signal: (name) =>
      name === null ? rm(signal, { force: true }) : writeFile(signal, String(constants.signals[name])),
    async refusedLogins() {
      const text = await readFile(join(folder, 'logins'), 'utf8').catch(() => '') // nothing has logged in
      return text.split('\n').filter((line) => line !== '' && line !== '0').length
    },
  }
}
