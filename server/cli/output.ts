/** Output of commands: lines of text, or one JSON document with --json. */
import { Command, InvalidArgumentError } from 'commander'

/** A command with the option --json. `Kind` replaces commander's parsing. */
export function command(name: string, description: string, Kind: typeof Command = Command): Command {
  return new Kind(name).description(description).option('--json', 'print one JSON document')
}

export function print(options: { json?: boolean }, value: unknown, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${text}\n`)
}

/** Parses an option in days. */
export function parseDays(value: string): number {
  const days = Number(value)
  if (Number.isSafeInteger(days) && days > 0) return days
  throw new InvalidArgumentError('Enter a whole number of days, at least 1.')
}
