/** `inmor apikey`: keys for scripts. */
import { Option } from 'commander'
import { createAccounts } from '#server/auth/accounts.ts'
import { commandAboutOne, groupAboutOne } from '#server/cli/about-one.ts'
import { command, parseDays, print, withInstallation } from '#server/cli/output.ts'
import { roles } from '#server/identity/roles.ts'

const create = command('create', 'makes an API key and prints it, once')
  .requiredOption('--username <name>', 'the owner; the key does no more than they may')
  .requiredOption('--key-name <name>', 'a name to recognize it by')
  .addOption(new Option('--role <role>', 'a lesser role than the owner’s').choices(roles))
  .option('--days <days>', 'days until it expires; without, it does not', parseDays)
  .action(async (options) => {
    const { username, keyName, role, days } = options
    const { key } = await withInstallation(
      ({ db, auth, caller }) =>
        createAccounts(db, auth).createApiKey(caller, { username, keyName, role, days }),
      { attempt: { action: 'createApiKey', input: { username } } },
    )
    print(options, { username, name: keyName, key }, key)
  })

const list = command('list', 'shows all API keys, without the keys').action(async (options) => {
  const keys = await withInstallation(({ db, auth }) => createAccounts(db, auth).listApiKeys())
  const shown = keys.map(({ id, name, start, username, enabled, expiresAt, lastRequest }) => {
    return { id, name, start, username, enabled, expiresAt, lastUsedAt: lastRequest }
  })
  const lines = shown.map((key) =>
    [key.id, key.username, key.name, `${key.start}…`, key.enabled ? 'active' : 'revoked'].join('  '),
  )
  print(options, shown, [...lines, `${keys.length} API keys.`].join('\n'))
})

const revoke = commandAboutOne('revoke', 'revokes an API key, for good', 'id', 'as list shows it').action(
  async (id: string, options) => {
    await withInstallation(({ db, auth, caller }) => createAccounts(db, auth).revokeApiKey(caller, id), {
      attempt: { action: 'revokeApiKey', input: { id } },
    })
    print(options, { id }, `Revoked ${id}.`)
  },
)

export const apiKeyCommand = groupAboutOne('apikey', 'manages API keys')
  .addCommand(create)
  .addCommand(list)
  .addCommand(revoke)
