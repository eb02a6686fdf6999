/** Where answers come from while Redis is away. */
import type { OutgoingHttpHeaders } from 'node:http'

/** `at`: when it was known to be current, in unix seconds. */
export type Answer = { body: Buffer; headers: OutgoingHttpHeaders; at: number }

export type Source = {
  /** When it was current, in unix seconds; -Infinity: it has nothing. */
  at(): Promise<number>
  /** To a GET; undefined: it has no answer that is still valid. */
  answer(url: string): Promise<Answer | undefined>
  close(): Promise<void>
}
