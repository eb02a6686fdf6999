/** Executes one command line. A failure is one sentence on standard error and an exit code that is not zero. */
import { type Command, CommanderError } from 'commander'
import { exitCodes, Failure } from '#server/cli/api/failure.ts'
import { printable } from '#server/cli/api/output.ts'
import { loadProgram } from '#server/cli/program.ts'

/** Takes the words after `inmor` and returns the exit code. */
export async function execute(given: readonly string[]): Promise<number> {
  try {
    const words = inWordsOfToday(given)
    const program = await loadProgram(words)
    throwInsteadOfExit(program)
    await program.parseAsync(words, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // Its text is printed already: the help, the version or what is wrong with the words.
    if (error instanceof CommanderError) return error.exitCode && usageOf(given)
    return say(error)
  }
}

/** The exit code for wrong words. That of a plan with changes is 2. */
const usageOf = ([name]: readonly string[]) =>
  name === 'plan' || name === 'drift' ? exitCodes.failed : exitCodes.usage

async function say(error: unknown): Promise<number> {
  if (error instanceof Failure) {
    process.stderr.write(`${printable(error.message)}\n`)
    if (error.output !== undefined) process.stdout.write(`${printable(error.output)}\n`)
    return error.exitCode
  }
  const { sentenceOf } = await import('#server/process/start-failure.ts') // of the server
  process.stderr.write(`${printable(sentenceOf(error))}\n`)
  return 1
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride()
  for (const each of command.commands) throwInsteadOfExit(each)
}

const earlierNames: Readonly<Record<string, string>> = {
  'regenerate-entity': 'publication entity-configuration',
  'publish-historical-keys': 'publication historical-keys',
  'reload-issued-tms': 'publication rebuild',
  'readd-subordinates': 'publication rebuild',
  'renew-subordinates': 'renewal start --kind subordinates --follow',
  'renew-trust-marks': 'renewal start --kind trust-marks --follow',
  collection: 'collected crawl --follow',
}

/** The commands of inmor 0.x, which timers and scripts of operators call, as words of today. Underscores are hyphens. */
function inWordsOfToday(given: readonly string[]): readonly string[] {
  const [name = '', ...rest] = given
  const words = earlierNames[name.replaceAll('_', '-')]
  return words ? [...words.split(' '), ...rest] : given
}
