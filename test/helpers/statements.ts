/** Reads which SQL statements are asked for: by some work alone, or by the whole process about some tables. */
import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import { beforeAll, onTestFinished, vi } from 'vitest'

/** Calls `note` with each statement when it is asked for; it may wait for a connection. Returns what ends it. */
function watchStatements(note: (text: string) => void): () => void {
  const spies = [pg.Pool, pg.Client].map(({ prototype }) => {
    const query: (...args: unknown[]) => unknown = prototype.query
    return vi.spyOn(prototype as { query: typeof query }, 'query').mockImplementation(function (
      this: unknown,
      ...args
    ) {
      const [first] = args as [string | { text?: string }] // a text, a configuration or an object that sends itself
      // With a callback, a pool asks a connection for what it was asked for.
      if (typeof args.at(-1) !== 'function') note((typeof first === 'string' ? first : first.text) ?? '')
      return query.apply(this, args)
    })
  })
  return () => {
    for (const spy of spies) spy.mockRestore()
  }
}

const asked = new AsyncLocalStorage<string[]>()

/** Returns a function that does the work, and returns its statements. */
export function statementsInFile(): (work: () => unknown) => Promise<string[]> {
  beforeAll(() => void watchStatements((text) => asked.getStore()?.push(text)))
  return async (work) => {
    const statements: string[] = []
    await asked.run(statements, async () => void (await work()))
    return statements
  }
}

/** From now until the end of the test. `take` returns those since the start, or since they were taken last. */
export function recordStatements(...tables: string[]) {
  const isAbout = new RegExp(`"(${tables.join('|')})"`)
  const recorded: string[] = []
  onTestFinished(watchStatements((text) => isAbout.test(text) && recorded.push(text)))
  return {
    take() {
      const taken = recorded.splice(0)
      const isRead = (text: string) => /^\s*SELECT/i.test(text)
      return { read: taken.filter(isRead), written: taken.filter((text) => !isRead(text)) }
    },
  }
}
