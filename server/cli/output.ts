/** Output of commands: lines of text, or one JSON document with --json. */
import { Command } from 'commander'

/** A command with the option --json. */
export function command(name: string, description: string): Command {
  return new Command(name).description(description).option('--json', 'print one JSON document')
}

export function print(options: { json?: boolean }, value: unknown, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${printable(text)}\n`)
}

/** Without the characters that control a terminal: members and other entities wrote some of the text. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}--[\n\t]]/gv, '\uFFFD')
