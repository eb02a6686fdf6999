/** `inmor user`: users of the console and the API. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Command, Option } from 'commander'
import { invitationLink } from '#server/auth/invitation-link.ts'
import { withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { roles } from '#server/identity/roles.ts'
import { accountsOf } from '#server/process/accounts.ts'

const passwordOption = new Option(
  '--password-stdin',
  'read the password from standard input (default: generate one)',
)

const mustChangeOption = new Option(
  '--must-change',
  'require another password after the next sign-in (a generated one is only asked for)',
)

type PasswordOptions = { passwordStdin?: boolean; mustChange?: boolean }

async function choosePassword({ passwordStdin, mustChange }: PasswordOptions) {
  const passwordChange = mustChange ? 'REQUIRED' : passwordStdin ? 'NONE' : 'ASKED'
  if (!passwordStdin)
    return { password: randomBytes(12).toString('base64url'), generated: true, passwordChange } as const
  const password = (await text(process.stdin)).replace(/\r?\n$/, '')
  return { password, generated: false, passwordChange } as const
}

const invited = { password: undefined, generated: false, passwordChange: 'NONE' } as const

const create = command('create', 'create a user')
  .requiredOption('--username <name>', 'the username')
  .addOption(new Option('--role <role>', 'the role').choices(roles).default('viewer'))
  .option('--name <name>', 'the display name')
  .option('--email <address>', 'the e-mail address')
  .addOption(passwordOption)
  .addOption(mustChangeOption)
  .addOption(
    new Option('--invite', 'print a link with which the user chooses a password').conflicts([
      'passwordStdin',
      'mustChange',
    ]),
  )
  .action(async (options) => {
    const { password, generated, passwordChange } = options.invite ? invited : await choosePassword(options)
    const { username, role, name, email } = options
    const { user, link } = await withInstallation(
      async ({ caller, consoleUrl, ...parts }) => {
        const details = { username, role, name, email, passwordChange, ...(password ? { password } : {}) }
        const user = await accountsOf(parts).createUser(caller, details)
        return { user, link: user.invitation && invitationLink(user.invitation, consoleUrl) }
      },
      { attempt: { action: 'createUser', input: { username } } },
    )
    const shown = link ? `\nInvitation: ${link}` : generated ? `\nPassword: ${password}` : ''
    const secret = link ? { invitation: link } : generated ? { password } : {}
    const result = { username: user.username, role, ...secret }
    print(options, result, `Created ${role} ${user.username}.${shown}`)
  })

const setPassword = command('set-password', 'set a new password and end the user’s sessions')
  .requiredOption('--username <name>', 'the username')
  .addOption(passwordOption)
  .addOption(mustChangeOption)
  .action(async (options) => {
    const { password, generated, passwordChange } = await choosePassword(options)
    const { username } = options
    await withInstallation(
      ({ caller, ...parts }) => accountsOf(parts).setPassword(caller, username, password, passwordChange),
      { attempt: { action: 'resetUserPassword', input: { username } } },
    )
    const shown = generated ? `\nPassword: ${password}` : ''
    print(
      options,
      { username, ...(generated ? { password } : {}) },
      `Set the password of ${username}.${shown}`,
    )
  })

const resetSecondFactor = command(
  'reset-second-factor',
  'remove the authenticator app and the passkeys of a user who lost them',
)
  .requiredOption('--username <name>', 'the username')
  .action(async (options) => {
    const { username } = options
    await withInstallation(({ caller, ...parts }) => accountsOf(parts).resetSecondFactor(caller, username), {
      attempt: { action: 'resetSecondFactor', input: { username } },
    })
    print(options, { username }, `${username} has no second factor now, and is signed out everywhere.`)
  })

const list = command('list', 'list all users').action(async (options) => {
  const users = await withInstallation((parts) => accountsOf(parts).listUsers())
  const lines = users.map(
    ({ username, role, banned }) => `${username}  ${role ?? 'no role'}${banned ? '  banned' : ''}`,
  )
  print(options, users, [...lines, `${users.length} users.`].join('\n'))
})

export const userCommand = new Command('user')
  .description('manage users')
  .addCommand(create)
  .addCommand(setPassword)
  .addCommand(resetSecondFactor)
  .addCommand(list)
