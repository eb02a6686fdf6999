/** The commands of the command line, one file per command. */
import { Command } from 'commander'
import { anchorCommand } from '#server/cli/anchor.ts'
import { apiKeyCommand } from '#server/cli/apikey.ts'
import { auditCommand } from '#server/cli/audit.ts'
import { backupCommand } from '#server/cli/backup.ts'
import { changeCommand } from '#server/cli/change.ts'
import { checksCommand } from '#server/cli/checks.ts'
import { delegateCommand } from '#server/cli/delegate.ts'
import { importCommand } from '#server/cli/import.ts'
import { keygenCommand } from '#server/cli/keygen.ts'
import { keysCommand } from '#server/cli/keys.ts'
import { migrateCommand } from '#server/cli/migrate.ts'
import { organizationCommand } from '#server/cli/organization.ts'
import { publishCommands } from '#server/cli/publish.ts'
import { reissueCommand } from '#server/cli/reissue.ts'
import { renewalCommands } from '#server/cli/renewal.ts'
import { requestCommand } from '#server/cli/request.ts'
import { restoreCommand } from '#server/cli/restore.ts'
import { userCommand } from '#server/cli/user.ts'
import { webhookCommand } from '#server/cli/webhook.ts'
import packageJson from '../../package.json' with { type: 'json' }

export const program = new Command('inmor')
  .description('Manages an OpenID Federation Trust Anchor.')
  .version(packageJson.version)
  .showHelpAfterError()
  .enablePositionalOptions()

for (const command of [
  keygenCommand,
  keysCommand,
  delegateCommand,
  migrateCommand,
  anchorCommand,
  userCommand,
  apiKeyCommand,
  organizationCommand,
  requestCommand,
  checksCommand,
  webhookCommand,
  auditCommand,
  ...publishCommands,
  ...renewalCommands,
  reissueCommand,
  changeCommand,
  backupCommand,
  restoreCommand,
  importCommand,
]) {
  program.addCommand(command)
}
