/** `inmor apikey`: API keys for scripts. */
import { Option } from 'commander'
import { commandAboutOne, groupAboutOne } from '#server/cli/about-one.ts'
import { withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { parseDays } from '#server/cli/parse.ts'
import { roles } from '#server/identity/roles.ts'
import { accountsOf } from '#server/process/accounts.ts'

const parseDaysOrNever = (value: string) => (value === 'never' ? value : parseDays(value))

const create = command('create', 'create an API key and print it once')
  .requiredOption('--username <name>', 'the owner; the key has at most the owner’s rights')
  .requiredOption('--key-name <name>', 'a name for the key')
  .addOption(new Option('--role <role>', 'a lower role than the owner’s').choices(roles))
  .option('--days <days>', 'days until it expires, or "never" (default: 365)', parseDaysOrNever)
  .action(async (options) => {
    const { username, keyName, role } = options
    const days = options.days === 'never' ? null : options.days
    const { key } = await withInstallation(
      ({ caller, ...parts }) => accountsOf(parts).createApiKey(caller, { username, keyName, role, days }),
      { attempt: { action: 'createApiKey', input: { username } } },
    )
    print(options, { username, name: keyName, key }, key)
  })

const list = command('list', 'list all API keys, without the secrets').action(async (options) => {
  const keys = await withInstallation((parts) => accountsOf(parts).listApiKeys())
  const shown = keys.map(({ id, name, start, username, enabled, expiresAt, lastRequest }) => {
    return { id, name, start, username, enabled, expiresAt, lastUsedAt: lastRequest }
  })
  const lines = shown.map((key) =>
    [key.id, key.username, key.name, `${key.start}…`, key.enabled ? 'active' : 'revoked'].join('  '),
  )
  print(options, shown, [...lines, `${keys.length} API keys.`].join('\n'))
})

const revoke = commandAboutOne(
  'revoke',
  'revoke an API key permanently',
  'id',
  'the id that list shows',
).action(async (id: string, options) => {
  await withInstallation(({ caller, ...parts }) => accountsOf(parts).revokeApiKey(caller, id), {
    attempt: { action: 'revokeApiKey', input: { id } },
  })
  print(options, { id }, `Revoked ${id}.`)
})

export const apiKeyCommand = groupAboutOne('apikey', 'manage API keys')
  .addCommand(create)
  .addCommand(list)
  .addCommand(revoke)
