/** The parts that a test file needs, each in one line: they start before its tests, and are closed after them. */
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, onTestFinished, vi } from 'vitest'

/**
 * A part of this file, or of this `describe`. Parts start in the order of their lines and are closed in the reverse order:
 * by their `close()` or else `stop()`. What is returned at once stands for the part that will be started.
 */
export function inFile<Part extends object>(start: () => Part | Promise<Part>): Part {
  let part: Part | undefined
  beforeAll(async () => {
    part = await start()
  })
  afterAll(async () => {
    if (part) await close(part)
  })
  return standIn(() => part)
}

/** The same for a part whose environment variables this process needs meanwhile. */
export function inFileWithEnvironment<Part extends { environment: Record<string, string> }>(
  start: () => Promise<Part>,
): Part {
  const part = inFile(start)
  beforeAll(() => {
    for (const [name, value] of Object.entries(part.environment)) vi.stubEnv(name, value)
  })
  afterAll(() => void vi.unstubAllEnvs())
  return part
}

/** The same for each test: another part, which is closed after the test. */
export function inEach<Part extends object>(start: () => Part | Promise<Part>): Part {
  let part: Part | undefined
  beforeEach(async () => {
    const started = await start()
    part = started
    return () => close(started)
  })
  return standIn(() => part)
}

/** A part of this test alone, which is closed after it. */
export async function inTest<Part extends object>(start: Part | Promise<Part>): Promise<Part> {
  const part = await start
  onTestFinished(() => close(part))
  return part
}

/** The path of an empty folder of this file, which is removed at the end. */
export function folderInFile(prefix: string): string {
  const path = join(tmpdir(), `${prefix}-${randomUUID()}`)
  beforeAll(async () => void (await mkdir(path, { mode: 0o700 })))
  afterAll(() => rm(path, { recursive: true, force: true }))
  return path
}

/** The same for this test alone. */
export async function folderInTest(prefix: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `${prefix}-`))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** What `read` finds, each time that a member is used: `const page = standIn(() => watched.page)`. A list needs `like`. */
export function standIn<Part extends object>(read: () => Part | undefined, like = {} as Part): Part {
  const present = () => {
    const part = read()
    if (!part) throw new Error('A part of this test file is used before it has been started.')
    return part
  }
  return new Proxy(like, {
    get(_, name) {
      const part = present()
      const value: unknown = Reflect.get(part, name)
      return typeof value === 'function' ? value.bind(part) : value
    },
    set: (_, name, value) => Reflect.set(present(), name, value),
    has: (_, name) => Reflect.has(present(), name),
    ownKeys: () => Reflect.ownKeys(present()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(present(), name)
      return descriptor && { ...descriptor, configurable: !Object.hasOwn(like, name) }
    },
    getPrototypeOf: () => Reflect.getPrototypeOf(present()),
  })
}

async function close(part: { close?: () => unknown; stop?: () => unknown }): Promise<void> {
  if (part.close) await part.close()
  else await part.stop?.()
}
