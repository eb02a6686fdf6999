/** Says a failure once, although it is there at each attempt. */
import { printable } from '#server/cli/api/output.ts'

/** `result`: what the failure leaves behind, such as "Kept as it was". */
export function createNotes(result: string) {
  let last: string | null = null
  return {
    isFailed: () => last !== null,
    succeed(): void {
      last = null
    },
    /** `actual`: if this failure leaves something else behind. */
    fail(error: unknown, actual = result): void {
      const text = `${actual}: ${error instanceof Error ? error.message : String(error)}`
      if (text !== last) process.stderr.write(`${printable(text)}\n`)
      last = text
    },
  }
}
