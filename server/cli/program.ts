/** The commands of the command line, one file per command. The file of a command is loaded when it is named: all take a second. */
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

/** `verbs`: the command has others of the API beside these, and its line in the list names all. */
type File = { name: string; load(): Promise<Command> } & ({ says: string } | { verbs: readonly string[] })

/** The commands with a file of their own, in the order of the help. */
const files: readonly File[] = [
  {
    name: 'keygen',
    says: 'generate the signing key of a key directory',
    load: async () => (await import('#server/cli/keygen.ts')).keygenCommand,
  },
  {
    name: 'delegate',
    says: 'sign a Trust Mark delegation with the owner’s key',
    load: async () => (await import('#server/cli/delegate.ts')).delegateCommand,
  },
  {
    name: 'migrate',
    says: 'apply pending database migrations',
    load: async () => (await import('#server/cli/migrate.ts')).migrateCommand,
  },
  {
    name: 'user',
    verbs: ['set-password'],
    load: async () => (await import('#server/cli/user.ts')).userCommand,
  },
  {
    name: 'audit',
    verbs: ['verify', 'prune', 'export'],
    load: async () => (await import('#server/cli/audit.ts')).auditCommand,
  },
  {
    name: 'backup',
    says: 'write settings, subordinates, Trust Marks, users and the audit log into a file',
    load: async () => (await import('#server/cli/backup.ts')).backupCommand,
  },
  {
    name: 'restore',
    says: 'restore a backup into an empty database',
    load: async () => (await import('#server/cli/backup.ts')).restoreCommand,
  },
  {
    name: 'mirror',
    says: 'keep the files that an anchor exports, checked, and serve them',
    load: async () => (await import('#server/cli/mirror.ts')).mirrorCommand,
  },
  {
    name: 'edge',
    says: 'print the configuration of a web server that sends exported files',
    load: async () => (await import('#server/cli/edge.ts')).edgeCommand,
  },
  {
    name: 'resolve',
    says: 'resolve a subordinate from exported files alone',
    load: async () => (await import('#server/cli/resolve.ts')).resolveCommand,
  },
  {
    name: 'import',
    says: 'import the federation of an inmor installation in Python, or what a mirror has',
    load: async () => (await import('#server/cli/import.ts')).importCommand,
  },
  {
    name: 'convert',
    says: 'write configuration files from what another system has',
    load: async () => (await import('#server/cli/convert.ts')).convertCommand,
  },
]

const describe = (command: Command, file: File) => ('says' in file ? command.description(file.says) : command)

/** For the list of all: its name, and what it says, without loading the file. */
const outlineOf = (file: File) =>
  ('verbs' in file ? file.verbs : []).reduce(
    (command, verb) => command.addCommand(new Command(verb)),
    describe(new Command(file.name), file),
  )

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
 * The program for the words of a command line: the command that they name, or the list of all. Without words, the whole program.
 * A command of the API that goes over HTTP loads nothing else.
 */
export async function loadProgram(words?: readonly string[]): Promise<Command> {
  const program = new Command('inmor')
    .description('Manages an OpenID Federation Trust Anchor.')
    .version(packageJson.version)
    .showHelpAfterError()
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name() })
  const [word = '', verb] = words?.[0] === 'help' ? words.slice(1, 2) : (words ?? [])
  const isHere = (name: string) => name === word
  const isKnown =
    ofConfiguration.includes(word) ||
    word === 'completion' ||
    nouns.some(isHere) ||
    files.some(({ name }) => isHere(name))
  const isFar = readRemoteConfig() !== null && rowsOf(word).some((row) => row.verb === verb)
  for (const file of isFar ? [] : files) {
    if (!words || isHere(file.name)) program.addCommand(describe(await file.load(), file))
    else if (!isKnown) program.addCommand(outlineOf(file))
  }
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
