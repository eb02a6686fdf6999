/** Executes one command line. A failure is one sentence on standard error and an exit code that is not zero. */
import { type Command, CommanderError } from 'commander'
import { printable } from '#server/cli/output.ts'
import { loadProgram } from '#server/cli/program.ts'
import { sentenceOf } from '#server/process/start-failure.ts'

/** Takes the words after `inmor` and returns the exit code. */
export async function execute(words: readonly string[]): Promise<number> {
  try {
    const program = await loadProgram(words[0])
    throwInsteadOfExit(program)
    await program.parseAsync(words, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // Its text is printed already: the help, the version or what is wrong with the words.
    if (error instanceof CommanderError) return error.exitCode
    process.stderr.write(`${printable(sentenceOf(error))}\n`)
    return 1
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride()
  for (const each of command.commands) throwInsteadOfExit(each)
}
