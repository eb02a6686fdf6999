/** A command that takes an id, also one that begins with a dash. */
import { Command } from 'commander'

/** Ids and thumbprints are base64url of 32 and 43 characters. One in 64 begins with a dash; no option is that long. */
const DASHED_ID = /^-[\w-]{31,}$/

export class CommandAboutOne extends Command {
  override parseOptions(words: string[]) {
    const end = words.indexOf('--')
    const id = words.findIndex((word, index) => DASHED_ID.test(word) && (end < 0 || index < end))
    return super.parseOptions(id < 0 ? words : [...words.toSpliced(id, 1), '--', words[id] as string])
  }
}
