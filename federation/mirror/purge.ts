/**
 * Tells a receiver what caches must forget: the requests that other bytes answer since it was told last. What it was told last is a
 * manifest in the target, so that nothing is lost while the receiver is away or at a restart, and changes of the same file are one.
 */
import { setTimeout } from 'node:timers/promises'
import { type Manifest, parseManifest } from '../files/manifest.ts'
import { type Child, computeHash, parseNode } from '../files/node.ts'
import { BrokenObjectError } from '../files/objects.ts'
import { MANIFEST_FILE, objectFile, PURGED_FILE } from '../files/place.ts'
import { compareTrees, objectsOf } from '../files/tree.ts'
import { createGate } from '../gate.ts'
import { CONCURRENCY, readKept } from './pull.ts'
import { requestsOf } from './requests.ts'
import type { Target } from './target.ts'

/** Of one message. */
const MOST = { paths: 1_000, characters: 200_000 }
/** Milliseconds after a failure: the first wait, which doubles, and the longest. */
const RETRY = { first: 1_000, longest: 300_000 }

/** `isAll`: what changed is not known, so that everything has to go. */
export type Message = { id: string; anchor: string; number: number; isAll: boolean; paths: string[] }

type Options = {
  target: Target
  /** @throws Error when the receiver did not take it */
  send(message: Message): Promise<void>
}

export type Purge = Awaited<ReturnType<typeof openPurge>>

/** Before the first pull: what the target has then may be in caches. @throws TargetError, Error of the file system */
export async function openPurge({ target, send }: Options) {
  const told = await readKept(target, PURGED_FILE)
  const before = told ?? (await readKept(target, MANIFEST_FILE))
  if (!told && before) {
    const bytes = await target.read(MANIFEST_FILE)
    if (bytes) await target.put(PURGED_FILE, bytes)
  }
  let isNew = before === null
  let last = before && (await loadTree(target, before.root)) ? before : null
  let next: Manifest | null = null

  async function tell(manifest: Manifest): Promise<void> {
    if (isNew || last?.root.hash === manifest.root.hash) return
    try {
      for (const message of messagesOf(target, last, manifest)) await send(message)
    } catch (error) {
      if (!(error instanceof BrokenObjectError)) throw error
      for (const message of messagesOf(target, null, manifest)) await send(message)
    }
  }

  return {
    /** The objects of trees that are compared, or will be. */
    inUse(): string[] {
      try {
        return [last, next].flatMap((each) => (each ? [...objectsOf(target.nodes, each.root)] : []))
      } catch (error) {
        if (!(error instanceof BrokenObjectError)) throw error
        last = null
        return []
      }
    },
    /** Tells what changed until this manifest, which the target has. @throws as `send`, TargetError, Error of the file system */
    async tellUntil(jwt: string): Promise<void> {
      const { claims } = parseManifest(jwt)
      next = claims
      await tell(claims)
      if (isNew || last?.root.hash !== claims.root.hash) await target.put(PURGED_FILE, Buffer.from(jwt))
      isNew = false
      last = claims
      next = null
    },
  }
}

/** Brings its nodes to where they are compared. False: they are not all there any more. */
async function loadTree(target: Target, root: Child): Promise<boolean> {
  const gate = createGate(CONCURRENCY)
  const { signal } = new AbortController()

  async function load({ hash }: Child): Promise<boolean> {
    const kept = target.readNode(hash)
    const bytes = kept ?? (await gate.run('', signal, () => target.read(objectFile(hash))))
    if (!bytes || computeHash(bytes) !== hash) return false
    if (!kept) target.nodes.write(bytes.toString())
    const node = parseNode(bytes.toString())
    if ('files' in node) return true
    return (await Promise.all(Object.values(node.nodes).map(load))).every(Boolean)
  }
  return load(root)
}

function* messagesOf({ nodes }: Target, was: Manifest | null, is: Manifest): Generator<Message> {
  const { iss: anchor, number, root } = is
  let part = 0
  const build = (paths: string[], isAll = false): Message => {
    part += 1
    return { id: `files_${was?.number ?? 0}_${number}_${part}`, anchor, number, isAll, paths }
  }
  if (!was) return yield build([], true)
  let [paths, characters]: [string[], number] = [[], 0]
  for (const { path } of compareTrees(nodes, was.root, root)) {
    const some = requestsOf(path, anchor)
    const added = some.reduce((sum, { length }) => sum + length, 0)
    if (paths.length + some.length > MOST.paths || characters + added > MOST.characters) {
      yield build(paths)
      ;[paths, characters] = [[], 0]
    }
    paths.push(...some)
    characters += added
  }
  if (paths.length > 0) yield build(paths)
}

type Loop = { signal: AbortSignal; onFailure(error: unknown): void }

/** Tells beside the pulls, and again after a failure: then what changed until the last pull. */
export function startTelling({ tellUntil }: Purge, { signal, onFailure }: Loop) {
  let goal: string | null = null
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    for (let wait = RETRY.first; goal !== null && !signal.aborted; ) {
      const until: string = goal
      try {
        await tellUntil(until)
        if (goal === until) goal = null
        wait = RETRY.first
      } catch (error) {
        if (signal.aborted) return
        onFailure(error)
        await setTimeout(wait, undefined, { signal }).catch(() => undefined)
        wait = Math.min(wait * 2, RETRY.longest)
      }
    }
  }

  return {
    tell(jwt: string): void {
      goal = jwt
      running ??= run().finally(() => {
        running = null
      })
    },
    /** Once the signal has aborted. */
    close: async (): Promise<void> => {
      await running
    },
  }
}
