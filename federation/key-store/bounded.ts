/**
 * Bounds a key store: so many calls at once, a time limit, retries of what may pass, and a circuit that refuses calls
 * for a while after repeated failures, so that callers fail fast while the store is away.
 */
import { setTimeout } from 'node:timers/promises'
import { createGate } from '#federation/gate.ts'
import { type KeyStore, KeyStoreError, toKeyStoreError } from './store.ts'

export type Bounds = {
  /** Calls under way at once; further ones wait. */
  concurrency: number
  /** Milliseconds for a signature. */
  timeoutMs: number
  /** Milliseconds that a call waits for its turn; `timeoutMs` by default. */
  waitMs?: number | undefined
  /** Milliseconds for which an open circuit refuses calls. */
  coolDownMs?: number
}

const COOL_DOWN_MS = 3_000
/** Failures in a row that open the circuit. */
const THRESHOLD = 3
const RETRIES = 2
const FIRST_RETRY_MS = 50
/** Creating an RSA key takes many times as long as a signature. */
const GENERATION_FACTOR = 6

export function bound(
  store: KeyStore,
  { concurrency, timeoutMs, waitMs = timeoutMs, coolDownMs = COOL_DOWN_MS }: Bounds,
): KeyStore {
  const gate = createGate(concurrency)
  let failures = 0
  let closedFrom = 0
  let last: KeyStoreError | undefined
  let isTrying = false

  /** @throws KeyStoreError while the circuit is open. After the pause one call tries, and the others still fail. */
  function requireClosed(): void {
    if (failures < THRESHOLD || !last) return
    if (performance.now() < closedFrom || isTrying) throw new KeyStoreError(last.kind, last.message)
  }

  function recover(): void {
    isTrying = false
    failures = 0
    last = undefined
  }

  function note(error: KeyStoreError): void {
    isTrying = false
    if (error.kind === 'refused') {
      failures = 0
      return
    }
    last = error
    failures = error.kind === 'lasting' ? THRESHOLD : failures + 1
    closedFrom = performance.now() + coolDownMs
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const waiting = AbortSignal.timeout(waitMs)
    return gate.run('', waiting, work).catch((error: unknown) => {
      if (error !== waiting.reason) throw error
      throw new KeyStoreError('refused', 'The key store has too many signatures under way.')
    })
  }

  /** What the store does says whether it works; a wait for a turn says nothing. */
  async function once<T>(work: () => Promise<T>, limit: number): Promise<T> {
    requireClosed() // it may have opened while this call waited
    isTrying = failures >= THRESHOLD
    try {
      const late = `The key store did not answer within ${limit / 1000} seconds.`
      const result = await inTime(work(), limit, late)
      recover()
      return result
    } catch (cause) {
      const error = toKeyStoreError(cause)
      note(error)
      throw error
    }
  }

  async function inTime<T>(result: Promise<T>, limit: number, late: string): Promise<T> {
    const timer = new AbortController()
    const timeout = setTimeout(limit, undefined, { signal: timer.signal }).then(() => {
      const error = new KeyStoreError('passing', late)
      if (store.reset(error)) throw error
      // It still starts. How that ends counts, and until then the last failure says more than a limit.
      result.then(recover, (cause: unknown) => note(toKeyStoreError(cause)))
      throw last ? new KeyStoreError('passing', last.message) : error
    })
    timeout.catch(() => {}) // the timer was stopped
    result.catch(() => {}) // after the limit
    try {
      return await Promise.race([result, timeout])
    } finally {
      timer.abort()
    }
  }

  async function run<T>(work: () => Promise<T>, limit = timeoutMs): Promise<T> {
    const start = performance.now()
    for (let tries = 0; ; tries++) {
      requireClosed()
      try {
        return await inTurn(() => once(work, limit))
      } catch (cause) {
        const error = toKeyStoreError(cause)
        const isLate = performance.now() - start >= limit
        if (error.kind !== 'passing' || tries >= RETRIES || isLate) throw error
      }
      await setTimeout(FIRST_RETRY_MS * 2 ** tries)
    }
  }

  return {
    generate: (alg, note) => run(() => store.generate(alg, note), timeoutMs * GENERATION_FACTOR),
    adopt: (id, alg) => run(() => store.adopt(id, alg)),
    sign: (key, alg, input) => run(() => store.sign(key, alg, input)),
    describe: (key) => run(() => store.describe(key)),
    destroy: (key) => run(() => store.destroy(key)),
    reset: store.reset,
    close: store.close,
  }
}
