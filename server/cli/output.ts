/** Output of commands: lines of text, or one JSON document with --json. */
import { Command } from 'commander'
import { printable } from '#server/cli/api/output.ts'

/** A command with the option --json. What one of a file of its own says is in the table of the program. */
export function command(name: string, description = ''): Command {
  return new Command(name).description(description).option('--json', 'print one JSON document')
}

export function print(options: { json?: boolean }, value: unknown, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${printable(text)}\n`)
}

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
