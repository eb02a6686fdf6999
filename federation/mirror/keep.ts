/** Keeps a folder equal to a source until it is stopped. A state that is refused changes nothing. */
import { setTimeout } from 'node:timers/promises'
import { type Mirror, type Pulled, pull } from './pull.ts'
import { MovedError } from './refusal.ts'

/** Pulls until nothing moves: files change while they are fetched. */
const ROUNDS = 6
/** Milliseconds between them. */
const PAUSE = 2_000

/** One state of the source, whole. @throws as `pull` */
export async function pullWhole(
  mirror: Mirror,
  { pause = PAUSE, ...options }: { isWhole: boolean; pause?: number },
): Promise<Pulled> {
  let [written, removed] = [0, 0]
  for (let round = 1; ; round++) {
    const pulled = await pull(mirror, options)
    written += pulled.written
    removed += pulled.removed
    const [first] = pulled.moved
    if (first === undefined) return { ...pulled, written, removed }
    if (round === ROUNDS) {
      throw new MovedError(
        `The source is incomplete: ${pulled.moved.length} files are missing or not as its manifest says, such as ${first}.`,
      )
    }
    await setTimeout(pause, undefined, { signal: mirror.signal })
  }
}

type Report = {
  onPulled(pulled: Pulled): void
  onFailure(error: unknown): void
}

/** Ends when the signal aborts. */
export async function keep(mirror: Mirror, everyMs: number, { onPulled, onFailure }: Report): Promise<void> {
  const { signal } = mirror
  for (let isWhole = true; !signal.aborted; ) {
    try {
      onPulled(await pullWhole(mirror, { isWhole }))
      isWhole = false
    } catch (error) {
      if (signal.aborted) break
      onFailure(error)
      isWhole = !(error instanceof MovedError) // every other file is as the manifest says
    }
    await setTimeout(everyMs, undefined, { signal }).catch(() => undefined)
  }
}
