/** Reads which statements some work asks the database for, apart from what else the process does meanwhile. */
import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import { beforeAll, vi } from 'vitest'

const asked = new AsyncLocalStorage<string[]>()

/** Returns a function that does the work. A statement counts when it is asked for; it may wait for a connection. */
export function statementsInFile(): (work: () => unknown) => Promise<string[]> {
  beforeAll(() => {
    for (const { prototype } of [pg.Pool, pg.Client]) {
      const query: (...args: unknown[]) => unknown = prototype.query
      vi.spyOn(prototype as { query: typeof query }, 'query').mockImplementation(function (
        this: unknown,
        ...args
      ) {
        const [first] = args as [string | { text: string }]
        // With a callback, a pool asks a connection for what it was asked for.
        if (typeof args.at(-1) !== 'function')
          asked.getStore()?.push(typeof first === 'string' ? first : first.text)
        return query.apply(this, args)
      })
    }
  })
  return async (work) => {
    const statements: string[] = []
    await asked.run(statements, async () => void (await work()))
    return statements
  }
}
