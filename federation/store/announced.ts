/** Knows whether each change of the published data reaches us as an announcement. */

export type Announced = {
  /** False until it is confirmed. What Redis said counts for seconds, because a Redis that hangs says nothing. */
  isSure(): boolean
  /** An object that is the same while nothing was announced, for a second at most; undefined while it is not sure. */
  state(): object | undefined
  /** When it was sure last, on the clock of `performance`; -Infinity: never. */
  lastSure(): number
  /** Called for each announcement. */
  note(): void
  /** Makes it unsure until it is confirmed again. */
  reset(): void
}

/** Milliseconds from one confirmation to the next, and until one ends. */
const INTERVAL_MS = 2_000
const MAX_AGE_MS = 5_000

/** Milliseconds of one state: what is read again in the background shows soon. */
const STATE_MS = 1_000

/** @param confirm asks Redis whether our publisher writes, and whether announcements arrive; rejects without an answer */
export function createAnnounced(confirm: () => Promise<boolean>): Announced {
  let isConfirmed = false
  let [confirmed, asked] = [-Infinity, -Infinity]
  let lastSure = -Infinity
  let resets = 0
  let state = { until: 0 }

  async function ask(now: number): Promise<void> {
    asked = now
    const before = resets
    const answer = await confirm().catch(() => false)
    if (before !== resets) return
    ;[isConfirmed, confirmed] = [answer, now]
    if (answer) lastSure = now
  }

  function isSure(now = performance.now()): boolean {
    if (now - asked > INTERVAL_MS) void ask(now)
    return isConfirmed && now - confirmed < MAX_AGE_MS
  }

  return {
    isSure: () => isSure(),
    state() {
      const now = performance.now()
      if (!isSure(now)) return undefined
      if (now >= state.until) state = { until: now + STATE_MS }
      return state
    },
    lastSure: () => lastSure,
    note() {
      state = { until: 0 }
    },
    reset() {
      resets += 1
      isConfirmed = false
      asked = -Infinity
    },
  }
}
