/** `inmor user`: who may sign in. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Command, Option } from 'commander'
import { createAccounts } from '#server/auth/accounts.ts'
import { command, print, withInstallation } from '#server/cli/output.ts'
import { roles } from '#server/identity/roles.ts'

const passwordOption = new Option(
  '--password-stdin',
  'read the password from standard input; else one is generated',
)

async function choosePassword({ passwordStdin }: { passwordStdin?: boolean }) {
  if (!passwordStdin) return { password: randomBytes(12).toString('base64url'), generated: true }
  return { password: (await text(process.stdin)).replace(/\r?\n$/, ''), generated: false }
}

const create = command('create', 'makes a user')
  .requiredOption('--username <name>', 'the name to sign in with')
  .addOption(new Option('--role <role>', 'what the user may do').choices(roles).default('viewer'))
  .option('--name <name>', 'the name to show')
  .option('--email <address>', 'e-mail address')
  .addOption(passwordOption)
  .action(async (options) => {
    const { password, generated } = await choosePassword(options)
    const { username, role, name, email } = options
    const user = await withInstallation(
      ({ db, auth, caller }) =>
        createAccounts(db, auth).createUser(caller, { username, password, role, name, email }),
      { attempt: { action: 'createUser', input: { username } } },
    )
    const shown = generated ? `\nPassword: ${password}` : ''
    const result = { username: user.username, role, ...(generated ? { password } : {}) }
    print(options, result, `Created ${role} ${user.username}.${shown}`)
  })

const setPassword = command('set-password', 'sets a new password and ends the user’s sessions')
  .requiredOption('--username <name>', 'whose password')
  .addOption(passwordOption)
  .action(async (options) => {
    const { password, generated } = await choosePassword(options)
    const { username } = options
    await withInstallation(
      ({ db, auth, caller }) => createAccounts(db, auth).setPassword(caller, username, password),
      { attempt: { action: 'resetUserPassword', input: { username } } },
    )
    const shown = generated ? `\nPassword: ${password}` : ''
    print(
      options,
      { username, ...(generated ? { password } : {}) },
      `Set the password of ${username}.${shown}`,
    )
  })

const list = command('list', 'shows all users').action(async (options) => {
  const users = await withInstallation(({ db, auth }) => createAccounts(db, auth).listUsers())
  const lines = users.map(({ username, role, banned }) => `${username}  ${role}${banned ? '  banned' : ''}`)
  print(options, users, [...lines, `${users.length} users.`].join('\n'))
})

export const userCommand = new Command('user')
  .description('manages users')
  .addCommand(create)
  .addCommand(setPassword)
  .addCommand(list)
