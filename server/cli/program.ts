/** The commands of the command line, one file per command. One file is loaded for a known command: all take a second. */
import { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }

type Loaded = Promise<readonly Command[]>

/** The files in the order of the help, with the names of their commands. */
const files: readonly { names: readonly string[]; load(): Loaded }[] = [
  { names: ['keygen'], load: async () => [(await import('#server/cli/keygen.ts')).keygenCommand] },
  { names: ['keys'], load: async () => [(await import('#server/cli/keys.ts')).keysCommand] },
  { names: ['delegate'], load: async () => [(await import('#server/cli/delegate.ts')).delegateCommand] },
  { names: ['migrate'], load: async () => [(await import('#server/cli/migrate.ts')).migrateCommand] },
  { names: ['anchor'], load: async () => [(await import('#server/cli/anchor.ts')).anchorCommand] },
  { names: ['user'], load: async () => [(await import('#server/cli/user.ts')).userCommand] },
  { names: ['apikey'], load: async () => [(await import('#server/cli/apikey.ts')).apiKeyCommand] },
  {
    names: ['organization'],
    load: async () => [(await import('#server/cli/organization.ts')).organizationCommand],
  },
  { names: ['request'], load: async () => [(await import('#server/cli/request.ts')).requestCommand] },
  { names: ['checks'], load: async () => [(await import('#server/cli/checks.ts')).checksCommand] },
  { names: ['webhook'], load: async () => [(await import('#server/cli/webhook.ts')).webhookCommand] },
  { names: ['audit'], load: async () => [(await import('#server/cli/audit.ts')).auditCommand] },
  {
    names: [
      'rebuild',
      'regenerate-entity',
      'publish-historical-keys',
      'readd-subordinates',
      'reload-issued-tms',
    ],
    load: async () => (await import('#server/cli/publish.ts')).publishCommands,
  },
  {
    names: ['renew-subordinates', 'renew-trust-marks', 'collection', 'evaluate'],
    load: async () => (await import('#server/cli/renewal.ts')).renewalCommands,
  },
  { names: ['reissue-alltms'], load: async () => [(await import('#server/cli/reissue.ts')).reissueCommand] },
  {
    names: ['change-subordinates'],
    load: async () => [(await import('#server/cli/change.ts')).changeCommand],
  },
  { names: ['backup'], load: async () => [(await import('#server/cli/backup.ts')).backupCommand] },
  { names: ['restore'], load: async () => [(await import('#server/cli/restore.ts')).restoreCommand] },
  { names: ['import'], load: async () => [(await import('#server/cli/import.ts')).importCommand] },
]

/** The program for a first argument: with the commands of one file, or with all for another word, an option or none. */
export async function loadProgram(word?: string): Promise<Command> {
  const program = new Command('inmor')
    .description('Manages an OpenID Federation Trust Anchor.')
    .version(packageJson.version)
    .showHelpAfterError()
    .enablePositionalOptions()
  const chosen = files.filter(({ names }) => word !== undefined && names.includes(word))
  for (const { names, load } of chosen.length > 0 ? chosen : files) {
    const commands = await load()
    const found = commands.map((command) => command.name())
    if (found.join() !== names.join())
      throw new TypeError(`The commands of one file are ${found.join(', ')}.`)
    for (const command of commands) program.addCommand(command)
  }
  return program
}
