/** Records the SQL statements of this process, of which a test counts those about some tables. */
import pg from 'pg'
import { onTestFinished, vi } from 'vitest'

export type Statements = {
  /** Since the start, or since they were taken last. */
  take(): { read: string[]; written: string[] }
}

/** From now until the end of the test. */
export function recordStatements(...tables: string[]): Statements {
  const isAbout = new RegExp(`"(${tables.join('|')})"`)
  let recorded: string[] = []
  const { query } = pg.Client.prototype
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...args: unknown[]
  ) {
    const [statement] = args as [string | { text?: string }] // a text, a configuration or an object that sends itself
    const text = (typeof statement === 'string' ? statement : statement.text) ?? ''
    if (isAbout.test(text)) recorded.push(text)
    return Reflect.apply(query, this, args)
  })
  onTestFinished(() => spy.mockRestore())
  return {
    take() {
      const taken = recorded
      recorded = []
      const isRead = (text: string) => /^\s*SELECT/i.test(text)
      return { read: taken.filter(isRead), written: taken.filter((text) => !isRead(text)) }
    },
  }
}
