/**
 * Lets one process at a time write a folder. The one that does says so in a file, and renews it. A claim that is not renewed is
 * void, and so is one whose process has ended, where that can be seen.
 */
import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { isAlive } from '../process/alive.ts'

export const LOCK_FILE = '.inmor-writer'

/** Milliseconds between renewals, and after which a claim without one is void. */
const RENEWAL_MS = 3_000
const VOID_MS = 12_000
/** Milliseconds between looks at the claim of another process, and in which two that take over find out who was last. */
const LOOK_MS = 500

/** `place` is the machine, or the part of it that has its own numbers of processes. */
type Claim = { id: string; pid: number; place: string; renewals: number }

/** Another process writes the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError'
}

/** `lost` aborts when another process has taken over, such as after this one was suspended. */
export type Lock = { lost: AbortSignal; release(): void }

/** The claims of this process. */
const held = new Set<string>()

/** Makes the folder. @throws FolderInUseError, Error of the file system */
export async function lockFolder(root: string): Promise<Lock> {
  mkdirSync(root, { recursive: true })
  const text = read(root)
  const lock = text === null || isVoid(text) ? await take(root, text) : null
  if (lock) return lock
  const { pid, place } = parse(read(root)) ?? {}
  const by = pid === undefined ? 'another process' : `process ${pid} on ${place?.split(' ')[0]}`
  throw new FolderInUseError(
    `${root} is written by ${by}. A process that was killed counts as its writer for ${VOID_MS / 1000} seconds.`,
  )
}

/** The same when no other process does; null: the signal has aborted. @throws Error of the file system */
export async function waitForFolder(
  root: string,
  { log, signal }: { log: FastifyBaseLogger; signal: AbortSignal },
): Promise<Lock | null> {
  mkdirSync(root, { recursive: true })
  let [seen, since, isReported] = [read(root), performance.now(), false]
  while (!signal.aborted) {
    const text = read(root)
    if (text !== seen) [seen, since] = [text, performance.now()]
    if (text === null || isVoid(text) || performance.now() - since > VOID_MS) {
      const lock = await take(root, text)
      if (lock) return lock
    }
    if (!isReported) log.info({ writer: parse(text) }, 'Another process writes the export')
    isReported = true
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
  return null
}

/** Null: another process was faster. */
async function take(root: string, before: string | null): Promise<Lock | null> {
  const claim: Claim = { id: randomUUID(), pid: process.pid, place: readPlace(), renewals: 0 }
  const file = join(root, LOCK_FILE)
  const own = `${file}.${claim.id}`
  const write = () => {
    writeFileSync(own, JSON.stringify(claim))
    renameSync(own, file)
  }
  if (before !== null) {
    write()
    await setTimeout(LOOK_MS / 2)
    if (parse(read(root))?.id !== claim.id) return null
  } else if (!create(own, file, claim)) return null
  held.add(claim.id)
  const lost = new AbortController()
  const end = () => {
    clearInterval(timer)
    held.delete(claim.id)
  }
  const timer = setInterval(() => {
    if (parse(read(root))?.id !== claim.id) {
      end()
      return lost.abort()
    }
    claim.renewals += 1
    try {
      write()
    } catch {
      // Such as a full disk: the next renewal may work.
    }
  }, RENEWAL_MS).unref()
  return {
    lost: lost.signal,
    release() {
      end()
      if (parse(read(root))?.id === claim.id) rmSync(file, { force: true })
    },
  }
}

/** False: it is there. */
function create(own: string, file: string, claim: Claim): boolean {
  writeFileSync(own, JSON.stringify(claim))
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

/** Null: it is missing. */
function read(root: string): string | null {
  try {
    return readFileSync(join(root, LOCK_FILE), 'utf8')
  } catch {
    return null
  }
}

function parse(text: string | null): Claim | null {
  try {
    return JSON.parse(text ?? '') as Claim // of another exporter
  } catch {
    return null
  }
}

/** Whether its process has certainly ended. */
function isVoid(text: string): boolean {
  const claim = parse(text)
  return claim !== null && claim.place === readPlace() && !held.has(claim.id) && !isAlive(claim.pid)
}

function readPlace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname() // not Linux
  }
}
