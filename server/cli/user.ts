/** `inmor user set-password`: for someone who cannot sign in, also the only administrator. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { accountsOf } from '#server/process/accounts.ts'

type Options = {
  json?: boolean
  username: string
  passwordStdin?: boolean
  mustChange?: boolean
  keepApiKeys?: boolean
}

const setPassword = command(
  'set-password',
  'set a new password, end the user’s sessions and revoke the user’s API keys',
)
  .requiredOption('--username <name>', 'the username')
  .option('--password-stdin', 'read the password from standard input (default: generate one)')
  .option(
    '--must-change',
    'require another password after the next sign-in (a generated one is only asked for)',
  )
  .option('--keep-api-keys', 'keep the user’s API keys valid')
  .action(async (options: Options) => {
    const { username, passwordStdin, mustChange, keepApiKeys } = options
    const passwordChange = mustChange ? 'REQUIRED' : passwordStdin ? 'NONE' : 'ASKED'
    const password = passwordStdin
      ? (await text(process.stdin)).replace(/\r?\n$/, '')
      : randomBytes(12).toString('base64url')
    await withInstallation(
      ({ caller, ...parts }) =>
        accountsOf(parts).setPassword(caller, username, password, passwordChange, keepApiKeys),
      { attempt: { action: 'resetUserPassword', input: { username } } },
    )
    const shown = passwordStdin ? '' : `\nPassword: ${password}`
    print(
      options,
      { username, ...(passwordStdin ? {} : { password }) },
      `Set the password of ${username}.${shown}`,
    )
  })

export const userCommand = new Command('user').addCommand(setPassword)
