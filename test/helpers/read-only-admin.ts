/** Starts a second admin server, as a process, with read-only keys. */
import { chmod, chown, cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestAdmin } from './admin.ts'
import { freePort } from './port.ts'
import { run } from './program.ts'

/** The user `nobody`: to root every directory is writable. */
const UNPRIVILEGED = 65_534
const isRoot = process.getuid?.() === 0

export type ReadOnlyAdmin = {
  url: string
  /** Its key directory. */
  directory: string
  /** Has its worker look at the rollover of the signing key. */
  lookAtRollover(): void
  /** Removes its keys. */
  close(): Promise<void>
}

/** The directory like a read-only mount in a container: its user cannot write it. */
async function copyForReading(from: string): Promise<string> {
  const to = await mkdtemp(join(tmpdir(), 'inmor-keys-'))
  await cp(from, to, { recursive: true })
  const names = ['.', ...(await readdir(to, { recursive: true }))].map((name) => join(to, name))
  if (isRoot) for (const name of names) await chown(name, UNPRIVILEGED, UNPRIVILEGED)
  await chmod(to, 0o555)
  return to
}

/** Starts it next to `admin`, with a copy of its current keys. It ends with the test file. */
export async function startReadOnlyAdmin({ config }: TestAdmin): Promise<ReadOnlyAdmin> {
  const directory = await copyForReading(config.keysDirectory)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = run('test/helpers/read-only-program.ts', [], {
    ...(isRoot ? { uid: UNPRIVILEGED } : {}),
    environment: {
      TA_DOMAIN: config.entityId,
      DATABASE_URL: config.databaseUrl,
      REDIS_URL: config.redisUrl,
      AUTH_SECRET: config.authSecret,
      KEYS_DIR: directory,
      ADMIN_URL: url,
      ALLOW_HTTP: 'true',
      HOST: '127.0.0.1',
      PORT: String(port),
    },
  })
  await program.printed(/the admin server is ready/)
  return {
    url,
    directory,
    lookAtRollover: () => program.kill('SIGUSR2'),
    async close() {
      await chmod(directory, 0o755)
      await rm(directory, { recursive: true })
    },
  }
}
