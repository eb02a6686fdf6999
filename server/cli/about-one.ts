/** Commands whose argument is an id, as copied from a list. */
import { Command } from 'commander'
import { command } from '#server/cli/output.ts'
import { parseNumber } from '#server/cli/parse.ts'

/** Ids and thumbprints are base64url of 32 and 43 characters. One in 64 begins with a dash; no option is that long. */
const DASHED_ID = /^-[\w-]{31,}$/

/** A command that takes an id, also one that begins with a dash. */
export class CommandAboutOne extends Command {
  override parseOptions(words: string[]) {
    const end = words.indexOf('--')
    const id = words.findIndex((word, index) => DASHED_ID.test(word) && (end < 0 || index < end))
    return super.parseOptions(id < 0 ? words : [...words.toSpliced(id, 1), '--', words[id] as string])
  }
}

/** A command with an id as its argument, also an id that begins with a dash. */
export const commandAboutOne = (name: string, description: string, id: string, whatIsIt: string): Command =>
  command(name, description, CommandAboutOne).argument(`<${id}>`, whatIsIt)

/** A group of such commands. It passes everything after the command's name to that command. */
export const groupAboutOne = (name: string, description: string): Command =>
  new Command(name).description(description).enablePositionalOptions()

/** A command whose argument is the number of an object. */
export const commandAboutNumber = (
  name: string,
  description: string,
  whatIsIt = 'the number that list shows',
): Command => command(name, description).argument('<id>', whatIsIt, parseNumber)
