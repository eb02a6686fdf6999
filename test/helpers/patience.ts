/** How long a test waits for what must come. A wait ends as soon as it holds, so the limit is for a busy machine. */
export const PATIENCE_MS = 90_000

/** For `vi.waitFor`, which waits for one second without it. */
export const patience = { timeout: PATIENCE_MS, interval: 50 }
