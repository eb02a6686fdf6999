/** The data directory of an evaluation installation (./data), and the process that uses it. */
import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { generateSigningKey } from '#core/keys.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { keysBelow } from '#server/config/embedded.ts'
import { keyDirectoryFiles, writeNewKey } from '#store/key-directory.ts'

/** Tells commands how to reach a running installation. */
export type Parts = { databaseUrl: string; authSecret: string }
/** `parts` is null while it is starting. */
export type Running = { pid: number; parts: Parts | null }

export type DataDirectory = {
  path: string
  database: string
  keys: string
  authSecret: string
  /** Writes the parts for other processes. */
  announce(parts: Parts): Promise<void>
  release(): Promise<void>
}

const runningFile = (path: string) => join(path, 'running.json')

/** Creates missing files. @throws ConfigurationError when the directory is in use or not writable */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const path = resolve(directory)
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await access(path, constants.W_OK | constants.X_OK)
    await claim(path)
    return {
      path,
      database: join(path, 'postgres'),
      keys: await ensureKeys(keysBelow(path)),
      authSecret: await ensureSecret(join(path, 'auth-secret')),
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return pid !== process.pid
  } catch (error) {
    return isSystemError(error) && error.code === 'EPERM'
  }
}

/** RS256: the algorithm that every implementation should support (§3). */
async function ensureKeys(directory: string): Promise<string> {
  const exists = await access(join(directory, keyDirectoryFiles.private)).then(
    () => true,
    () => false,
  )
  if (!exists) await writeNewKey(directory, await generateSigningKey('RS256'))
  return directory
}

async function ensureSecret(file: string): Promise<string> {
  const present = await readFile(file, 'utf8').catch(() => null) // absent at the first start
  if (present !== null) return present.trim()
  const secret = randomBytes(32).toString('base64url')
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
