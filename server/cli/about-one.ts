/** Commands about one thing, by its id, which people copy from a list. */
import { Command } from 'commander'
import { command } from '#server/cli/output.ts'

/** Ids and thumbprints are base64url (32 and 43 characters): one in 64 begins with a dash, as no option this long does. */
const DASHED_ID = /^-[\w-]{31,}$/

class CommandAboutOne extends Command {
  override parseOptions(words: string[]) {
    const end = words.indexOf('--')
    const id = words.findIndex((word, index) => DASHED_ID.test(word) && (end < 0 || index < end))
    return super.parseOptions(id < 0 ? words : [...words.toSpliced(id, 1), '--', words[id] as string])
  }
}

/** A command whose argument is an id; one that begins with a dash is taken for what it is. */
export const commandAboutOne = (name: string, description: string, id: string, whatIsIt: string): Command =>
  command(name, description, CommandAboutOne).argument(`<${id}>`, whatIsIt)

/** A group with such commands; it leaves what follows the command’s name to that command. */
export const groupAboutOne = (name: string, description: string): Command =>
  new Command(name).description(description).enablePositionalOptions()
