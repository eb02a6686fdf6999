/** The data directory of an evaluation installation (./data), and the process that uses it. */
import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigurationError } from '#federation/config/error.ts'
import { createKeyStores, type KeyStoreSettings } from '#federation/key-store/stores.ts'
import { isAlive } from '#federation/process/alive.ts'
import { keysBelow } from '#server/config/embedded.ts'
import { keyDirectoryFiles } from '#store/key-directory.ts'
import { generateKey } from '#store/key-generation.ts'

/** Tells commands how to reach a running installation. */
export type Parts = {
  databaseUrl: string
  authSecret: string
  /** Of its Redis; null: an emulation, which no other process reaches; absent: Redis is at REDIS_URL. */
  redisSocket?: string | null
}
/** `parts` is null while it is starting. */
export type Running = { pid: number; parts: Parts | null }

export type DataDirectory = {
  path: string
  database: string
  authSecret: string
  /** Writes the parts for other processes. */
  announce(parts: Parts): Promise<void>
  release(): Promise<void>
}

const runningFile = (path: string) => join(path, 'running.json')
const secretFile = (path: string) => join(path, 'auth-secret')
const databaseOf = (path: string) => join(path, 'postgres')

/** For `npm start`: makes the first key and what else is missing. @throws ConfigurationError as below; KeyStoreError */
export async function prepareDataDirectory(
  directory: string,
  keyStore: KeyStoreSettings,
): Promise<DataDirectory> {
  const data = await makeDataDirectory(directory)
  try {
    await ensureKey(keysBelow(data.path), keyStore)
    return data
  } catch (error) {
    await data.release()
    throw error
  }
}

/** For a restoration, which brings keys of its own. @throws ConfigurationError when it is in use or not writable */
export const makeDataDirectory = (directory: string): Promise<DataDirectory> =>
  open(directory, async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await access(path, constants.W_OK | constants.X_OK)
    await claim(path)
    return ensureSecret(secretFile(path))
  })

/** For commands: makes nothing. @throws ConfigurationError as above, and when there is no installation */
export const openDataDirectory = (directory: string): Promise<DataDirectory> =>
  open(directory, async (path) => {
    const secret = (await isThere(databaseOf(path))) ? await readSecret(secretFile(path)) : null
    if (secret === null) {
      throw new ConfigurationError(
        `There is no installation in ${path}. Set DATABASE_URL, or set DATA_DIR to the data directory of an installation. Only \`npm start\` makes one, and \`inmor restore\` of a backup.`,
      )
    }
    await claim(path)
    return secret
  })

async function open(
  directory: string,
  claimAndReadSecret: (path: string) => Promise<string>,
): Promise<DataDirectory> {
  const path = resolve(directory)
  try {
    return {
      path,
      database: databaseOf(path),
      authSecret: await claimAndReadSecret(path),
      announce: (parts) => writeRunning(path, parts),
      release: () => rm(runningFile(path), { force: true }),
    }
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new ConfigurationError(
      `The data directory ${path} cannot be used (${error.code}). Set DATA_DIR to another directory.`,
    )
  }
}

/** Claims the directory before anything is opened: two databases on the same files would destroy them. */
async function claim(path: string): Promise<void> {
  const running = await readRunning(path)
  if (running) {
    throw new ConfigurationError(
      `The data directory ${path} is in use by process ${running.pid}. Stop that process first.`,
    )
  }
  await rm(runningFile(path), { force: true })
  await writeRunning(path, null, 'wx')
}

/** The installation that uses the directory; null if its process is not alive. */
export async function readRunning(path: string): Promise<Running | null> {
  const text = await readFile(runningFile(path), 'utf8').catch(() => '') // absent: not in use
  if (text === '') return null
  const running: Running = JSON.parse(text)
  return isAlive(running.pid) ? running : null
}

/** Renames the file into place, so that readers never see a part of it. */
async function writeRunning(path: string, parts: Parts | null, flag = 'w'): Promise<void> {
  const text = JSON.stringify({ pid: process.pid, parts } satisfies Running)
  if (flag === 'wx') return writeFile(runningFile(path), text, { mode: 0o600, flag })
  await writeFile(`${runningFile(path)}.new`, text, { mode: 0o600 })
  await rename(`${runningFile(path)}.new`, runningFile(path))
}

/** ES256, as the first key of every anchor. An anchor below which only RS256 (§3) is known gets its key before the first start. */
async function ensureKey(directory: string, settings: KeyStoreSettings): Promise<void> {
  if (await isThere(join(directory, keyDirectoryFiles.private))) return
  const stores = createKeyStores(settings)
  await generateKey(stores, directory, { alg: 'ES256', store: settings.keyStore }).finally(stores.close)
}

async function ensureSecret(file: string): Promise<string> {
  const present = await readSecret(file)
  if (present !== null) return present
  const secret = randomBytes(32).toString('base64url')
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}

/** Null before the first start. */
async function readSecret(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return null
    throw error
  })
  return text === null ? null : text.trim()
}

/** @throws a system error unless it is there or absent */
async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: unknown) => {
      if (isSystemError(error) && error.code === 'ENOENT') return false
      throw error
    },
  )
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
