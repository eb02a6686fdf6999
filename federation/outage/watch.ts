/** Knows whether Redis is away, or has lost what was published, and looks for its return. */
import type { Reader } from '#store/reader.ts'

/** Milliseconds between looks for its return. */
const INTERVAL_MS = 200

export type OutageWatch = {
  isAway(): boolean
  /** A request met the outage. */
  begin(): void
  /** Asks Redis, once for all who ask meanwhile. */
  look(): Promise<boolean>
  close(): void
}

type Options = {
  reader: Pick<Reader, 'isPublished' | 'onChange' | 'last'>
  /** Once for each outage: Redis did not answer, or had nothing published. */
  onStart(isEmpty: boolean): void
  /** After an outage that was reported. */
  onEnd(milliseconds: number): void
}

export function watchOutages({ reader, onStart, onEnd }: Options): OutageWatch {
  let since: number | undefined
  let isReported = false
  let looking: Promise<boolean> | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  /** What is there is published; false: Redis has nothing; undefined: it does not answer. */
  const ask = () => reader.isPublished().catch(() => undefined)

  async function askOnce(): Promise<boolean> {
    const isPublished = await ask()
    if (isPublished) end()
    else report(isPublished === false)
    return isPublished !== true
  }

  function report(isEmpty: boolean): void {
    if (isClosed) return
    since ??= performance.now()
    if (!isReported) onStart(isEmpty)
    isReported = true
    if (!timer) timer = setTimeout(lookAgain, INTERVAL_MS).unref()
  }

  function lookAgain(): void {
    timer = undefined
    void look()
  }

  function end(): void {
    reader.last.confirm().catch(() => {}) // another outage has begun, and another look follows
    if (since !== undefined && isReported) onEnd(performance.now() - since)
    since = undefined
    isReported = false
  }

  function look(): Promise<boolean> {
    looking ??= askOnce().finally(() => {
      looking = undefined
    })
    return looking
  }

  function begin(): void {
    if (since !== undefined) return
    since = performance.now()
    void look()
  }

  // The connection is lost, or there again, or everything was published again. A look that has begun may have asked before.
  reader.onChange(({ kind }) => {
    if (kind === 'all') void (looking ?? Promise.resolve()).then(look)
  })
  return {
    isAway: () => since !== undefined,
    begin,
    look,
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
