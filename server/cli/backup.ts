/** `inmor backup` and `inmor restore`: one file with everything but the signing keys. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigurationError } from '#federation/config/error.ts'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import { command, print, withInstallation } from '#server/cli/output.ts'
import { readCommandConfig } from '#server/config/command.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { recordOnly } from '#server/services/write.ts'

const MINIMUM_LENGTH = 12
const WITHOUT_KEYS =
  'The signing keys are not included. Keep a copy of the key directory elsewhere, and of AUTH_SECRET, which encrypts second factors.'

const passphraseOption = [
  '--passphrase-file <file>',
  'read the passphrase from the first line of this file (default: BACKUP_PASSPHRASE)',
] as const

type Options = { json?: boolean; passphraseFile?: string }

async function readPassphrase({ passphraseFile: file }: Options): Promise<string | null> {
  if (!file) return readCommandConfig().backupPassphrase ?? null
  try {
    return (await readFile(file, 'utf8')).split(/\r?\n/, 1)[0] ?? ''
  } catch {
    throw new ConfigurationError(
      `${file} cannot be read. --passphrase-file needs a file with the passphrase.`,
    )
  }
}

const describeTables = (tables: Record<string, number>) =>
  Object.entries(tables).map(([name, count]) => `${name} ... ${count} rows`)

export const backupCommand = command(
  'backup',
  'write settings, subordinates, Trust Marks, users and the audit log into a file',
)
  .requiredOption('--output <file>', 'the file to write; an existing file is replaced')
  .option(...passphraseOption)
  .action(async (options: Options & { output: string }) => {
    const passphrase = await readPassphrase(options)
    if (passphrase !== null && passphrase.length < MINIMUM_LENGTH) {
      throw new ConfigurationError(`The passphrase must have at least ${MINIMUM_LENGTH} characters.`)
    }
    const result = await withInstallation(
      async ({ db, databaseUrl, caller }) => {
        const made = await writeBackup(databaseUrl, resolve(options.output), passphrase)
        await recordOnly(db, caller, { action: 'backup', resource: '', after: made })
        return made
      },
      { attempt: { action: 'backup' } },
    )
    const kind = result.encrypted ? 'encrypted' : 'not encrypted: it contains password hashes, keep it safe'
    const lines = [...describeTables(result.tables), `Wrote ${result.file}, ${kind}.`, WITHOUT_KEYS]
    print(options, result, lines.join('\n'))
  })

export const restoreCommand = command('restore', 'restore a backup into an empty database')
  .argument('<file>', 'the backup')
  .option(...passphraseOption)
  .action(async (file: string, options: Options) => {
    const passphrase = await readPassphrase(options)
    const result = await withInstallation(
      async ({ db, databaseUrl, caller }) => {
        const { tables, ...about } = await restoreBackup(databaseUrl, resolve(file), passphrase)
        const audit = await verifyAuditLog(db)
        await recordOnly(db, caller, { action: 'restore', resource: '', after: about })
        return { ...about, tables, audit }
      },
      { isMigrated: false, attempt: { action: 'restore' } },
    )
    if (result.audit.fault !== null) {
      throw new ConfigurationError(
        `Restored, but the audit log had been changed before the backup. ${result.audit.fault}`,
      )
    }
    const lines = [
      ...describeTables(result.tables),
      `Restored the backup of ${result.madeAt}. The audit log is intact.`,
      'Restore the key directory, then start the server: it publishes everything.',
    ]
    print(options, result, lines.join('\n'))
  })
