#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/** The command line, one file per command. A failure is one sentence and a non-zero exit code. */
import { Command } from 'commander'
import { apiKeyCommand } from '#server/cli/apikey.ts'
import { auditCommand } from '#server/cli/audit.ts'
import { backupCommand, restoreCommand } from '#server/cli/backup.ts'
import { changeCommand } from '#server/cli/change.ts'
import { delegateCommand } from '#server/cli/delegate.ts'
import { importCommand } from '#server/cli/import.ts'
import { keygenCommand } from '#server/cli/keygen.ts'
import { keysCommand } from '#server/cli/keys.ts'
import { migrateCommand } from '#server/cli/migrate.ts'
import { publishCommands } from '#server/cli/publish.ts'
import { reissueCommand } from '#server/cli/reissue.ts'
import { renewalCommands } from '#server/cli/renewal.ts'
import { userCommand } from '#server/cli/user.ts'
import { sentenceOf } from '#server/process/start-failure.ts'
import packageJson from '../../package.json' with { type: 'json' }

const program = new Command('inmor')
  .description('Manages an OpenID Federation Trust Anchor.')
  .version(packageJson.version)
  .showHelpAfterError()
  .enablePositionalOptions()

for (const command of [
  keygenCommand,
  keysCommand,
  delegateCommand,
  migrateCommand,
  userCommand,
  apiKeyCommand,
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

// The reader closed the pipe, as in `inmor audit export | head`.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 141 : 1))

try {
  await program.parseAsync()
  process.exit() // connection pools would keep the process alive
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exit(1)
}
