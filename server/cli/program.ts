/** The commands of the command line, one file per command. One file is loaded for a known command: all take a second. */
import { Command } from 'commander'
import type { Api } from '#server/cli/api/api.ts'
import { addCommands } from '#server/cli/api/command.ts'
import { configurationCommands, ofConfiguration } from '#server/cli/api/configuration.ts'
import { exitCodes, Failure } from '#server/cli/api/failure.ts'
import { openHttp } from '#server/cli/api/http.ts'
import { nouns, rowsOf } from '#server/cli/api/table.ts'
import { completionCommand } from '#server/cli/completion.ts'
import { anchorInEnvironment, type RemoteConfig, readRemoteConfig } from '#server/config/remote.ts'
import packageJson from '../../package.json' with { type: 'json' }

/** The commands with a file of their own, in the order of the help. */
const files: readonly { name: string; load(): Promise<Command> }[] = [
  { name: 'keygen', load: async () => (await import('#server/cli/keygen.ts')).keygenCommand },
  { name: 'delegate', load: async () => (await import('#server/cli/delegate.ts')).delegateCommand },
  { name: 'migrate', load: async () => (await import('#server/cli/migrate.ts')).migrateCommand },
  { name: 'user', load: async () => (await import('#server/cli/user.ts')).userCommand },
  { name: 'audit', load: async () => (await import('#server/cli/audit.ts')).auditCommand },
  { name: 'backup', load: async () => (await import('#server/cli/backup.ts')).backupCommand },
  { name: 'restore', load: async () => (await import('#server/cli/restore.ts')).restoreCommand },
  { name: 'mirror', load: async () => (await import('#server/cli/mirror.ts')).mirrorCommand },
  { name: 'resolve', load: async () => (await import('#server/cli/resolve.ts')).resolveCommand },
  { name: 'import', load: async () => (await import('#server/cli/import.ts')).importCommand },
  { name: 'convert', load: async () => (await import('#server/cli/convert.ts')).convertCommand },
]

/** Over HTTP where INMOR_URL names an installation; otherwise in this process. */
async function open(anchor = anchorInEnvironment()): Promise<Api> {
  const remote = readRemoteConfig()
  if (!remote) return (await import('#server/cli/near.ts')).openNear(anchor)
  return openHttp({ url: remote.url, key: keyOf(remote), anchor })
}

/** @throws Failure */
function keyOf({ readKey }: RemoteConfig): string {
  try {
    const key = readKey()
    if (key !== '') return key
  } catch (error) {
    throw new Failure(`INMOR_KEY_FILE cannot be read: ${String(error)}.`, exitCodes.usage)
  }
  throw new Failure('Set INMOR_KEY to an API key.', exitCodes.usage)
}

/**
 * The program for the first words: with the commands that they are about, or with all for another word, an option or none.
 * A command of the API that goes over HTTP loads nothing else.
 */
export async function loadProgram(word?: string, verb?: string): Promise<Command> {
  const program = new Command('inmor')
    .description('Manages an OpenID Federation Trust Anchor.')
    .version(packageJson.version)
    .showHelpAfterError()
    .enablePositionalOptions()
  const isHere = (name: string) => name === word
  const isKnown =
    ofConfiguration.includes(word ?? '') ||
    word === 'completion' ||
    nouns.some(isHere) ||
    files.some(({ name }) => isHere(name))
  const isFar = readRemoteConfig() !== null && rowsOf(word ?? '').some((row) => row.verb === verb)
  for (const { name, load } of isFar ? [] : files)
    if (!isKnown || isHere(name)) program.addCommand(await load())
  for (const noun of isKnown ? nouns.filter(isHere) : nouns) {
    const group = program.commands.find((command) => command.name() === noun)
    if (group) addCommands(group, open)
    else program.addCommand(addCommands(new Command(noun), open))
  }
  for (const command of configurationCommands(open)) {
    if (!isKnown || isHere(command.name())) program.addCommand(command)
  }
  if (!isKnown || isHere('completion')) program.addCommand(completionCommand(() => loadProgram()))
  return program
}
