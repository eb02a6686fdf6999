/** Commands whose argument is an id, as copied from a list. */
import { Command } from 'commander'
import { CommandAboutOne } from '#server/cli/api/command-about-one.ts'
import { command } from '#server/cli/output.ts'

/** A command with an id as its argument, also an id that begins with a dash. */
export const commandAboutOne = (name: string, description: string, id: string, whatIsIt: string): Command =>
  command(name, description, CommandAboutOne).argument(`<${id}>`, whatIsIt)

/** A group of such commands. It passes everything after the command's name to that command. */
export const groupAboutOne = (name: string, description: string): Command =>
  new Command(name).description(description).enablePositionalOptions()
