/** `inmor backup` and `inmor restore`: everything but the signing keys, in one file. */
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
  'The signing keys are not in it: keep a copy of the key directory in another place, and AUTH_SECRET, which second factors are encrypted with.'

const passphraseOption = [
  '--passphrase-file <file>',
  'the passphrase is the first line of this file; BACKUP_PASSPHRASE serves as well',
] as const

type Options = { json?: boolean; passphraseFile?: string }

async function readPassphrase({ passphraseFile: file }: Options): Promise<string | null> {
  if (!file) return readCommandConfig().backupPassphrase ?? null
  try {
    return (await readFile(file, 'utf8')).split(/\r?\n/, 1)[0] ?? ''
  } catch {
    throw new ConfigurationError(
      `${file} cannot be read; --passphrase-file names a file with the passphrase.`,
    )
  }
}

const describeTables = (tables: Record<string, number>) =>
  Object.entries(tables).map(([name, count]) => `${name} ... ${count} rows`)

export const backupCommand = command(
  'backup',
  'writes settings, members, marks, users and the audit log into a file',
)
  .requiredOption('--output <file>', 'the file to write; one of that name is replaced')
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
    const kind = result.encrypted ? 'encrypted' : 'not encrypted: it holds password hashes, so keep it safe'
    const lines = [...describeTables(result.tables), `Wrote ${result.file}, ${kind}.`, WITHOUT_KEYS]
    print(options, result, lines.join('\n'))
  })

export const restoreCommand = command('restore', 'puts a backup into an empty database')
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
        `Restored, but the audit log was altered before the backup was made. ${result.audit.fault}`,
      )
    }
    const lines = [
      ...describeTables(result.tables),
      `Restored the backup of ${result.madeAt}; the audit log is as it was written.`,
      'The server publishes everything at its next start. Put the key directory in its place first.',
    ]
    print(options, result, lines.join('\n'))
  })
