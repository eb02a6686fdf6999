/** `inmor backup` and `inmor restore`: one file with everything but the signing keys, of the installation or of one anchor. */
import { access, constants, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigurationError } from '#federation/config/error.ts'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import { restoreAnchor } from '#server/backup/restore-anchor.ts'
import { exitCodes, Failure } from '#server/cli/api/failure.ts'
import { withAnchor, withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { readCommandConfig } from '#server/config/command.ts'
import type { Installation } from '#server/process/installation.ts'
import { anchorDatabase } from '#server/process/open-anchor.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { requireApprovalBefore } from '#server/services/protection/approval.ts'
import { recordOnly } from '#server/services/write.ts'
import { anchorPlace } from '#store/anchors.ts'

export const passphraseOption = [
  '--passphrase-file <file>',
  'read the passphrase from the first line of this file (default: BACKUP_PASSPHRASE)',
] as const

/** Without an anchor, the file is about the whole installation. INMOR_ANCHOR does not change that. */
export type BackupOptions = { json?: boolean; anchor?: string; passphraseFile?: string }

export async function readPassphrase({ passphraseFile: file }: BackupOptions): Promise<string | null> {
  if (!file) return readCommandConfig().backupPassphrase ?? null
  try {
    return (await readFile(file, 'utf8')).split(/\r?\n/, 1)[0] ?? ''
  } catch {
    throw new ConfigurationError(
      `${file} cannot be read. --passphrase-file needs a file with the passphrase.`,
    )
  }
}

export const describeTables = (tables: Record<string, number>) =>
  Object.entries(tables).map(([name, count]) => `${name} ... ${count} rows`)

const MINIMUM_LENGTH = 12
const backupAttempt = { action: 'backup' } as const

/** The installation has users, whose password hashes and second factors are in the backup. */
const sentences = {
  installation: {
    plain: 'not encrypted: it contains password hashes, keep it safe',
    missing:
      'The signing keys are not included. Keep a copy of the key directory elsewhere, and of AUTH_SECRET, which encrypts second factors.',
  },
  anchor: {
    plain: 'not encrypted',
    missing: 'The signing keys are not included. Keep a copy of the key directory elsewhere.',
  },
}

export const backupCommand = command('backup')
  .requiredOption('--output <file>', 'the file to write; an existing file is replaced')
  .option('--anchor <name>', 'only the tables of this anchor, by slug or Entity Identifier')
  .option(...passphraseOption)
  .action(async (options: BackupOptions & { output: string }) => {
    const passphrase = await readPassphrase(options)
    if (passphrase !== null && passphrase.length < MINIMUM_LENGTH) {
      throw new ConfigurationError(`The passphrase must have at least ${MINIMUM_LENGTH} characters.`)
    }
    const write = async ({ db, config, caller }: Installation, slug?: string) => {
      const made = await writeBackup(config, resolve(options.output), passphrase, slug)
      await recordOnly(db, caller, { action: 'backup', resource: '', after: made })
      return made
    }
    const isWhole = options.anchor === undefined
    const result = isWhole
      ? await withInstallation((installation) => write(installation), { attempt: backupAttempt })
      : await withAnchor(options, (anchor) => write(anchor, anchor.slug), backupAttempt)
    const { plain, missing } = sentences[isWhole ? 'installation' : 'anchor']
    const kind = result.encrypted ? 'encrypted' : plain
    const lines = [...describeTables(result.tables), `Wrote ${result.file}, ${kind}.`, missing]
    print(options, result, lines.join('\n'))
  })

const restoreAttempt = { action: 'restore' } as const

export const restoreCommand = command('restore')
  .argument('<file>', 'the backup')
  .option(
    '--anchor <name>',
    'only this anchor, by slug or Entity Identifier, into an installation without it',
  )
  .option(...passphraseOption)
  .action(async (file: string, options: BackupOptions) => {
    const { anchor } = options
    const passphrase = await readPassphrase(options)
    if (anchor === undefined) await restoreAll(resolve(file), passphrase, options)
    else await restoreOne(resolve(file), passphrase, { ...options, anchor })
  })

/** Without it, no installation is made. One that exists records the failure. */
const isReadable = (file: string) =>
  access(file, constants.R_OK).then(
    () => true,
    () => false,
  )

async function restoreAll(file: string, passphrase: string | null, options: BackupOptions): Promise<void> {
  const result = await withInstallation(
    async ({ db, config, caller }) => {
      const { tables, ...about } = await restoreBackup(config.databaseUrl, file, passphrase)
      const audit = await verifyAuditLog(db)
      await recordOnly(db, caller, { action: 'restore', resource: '', after: about })
      return { ...about, tables, audit }
    },
    { isNew: await isReadable(file), attempt: restoreAttempt },
  )
  if (result.audit.fault !== null) {
    throw new Failure(
      `Restored, but the audit log had been changed before the backup. ${result.audit.fault}`,
      exitCodes.auditChanged,
    )
  }
  const lines = [
    ...describeTables(result.tables),
    `Restored the backup of ${result.madeAt}. The audit log is intact.`,
    'Restore the key directory, then start the server: it publishes everything.',
  ]
  print(options, result, lines.join('\n'))
}

async function restoreOne(
  file: string,
  passphrase: string | null,
  options: BackupOptions & { anchor: string },
): Promise<void> {
  const { keysDirectory, ...result } = await withInstallation(
    async (installation) => {
      const { config, caller } = installation
      const planned = { action: 'restore', resource: '', after: { anchor: options.anchor } } as const
      await requireApprovalBefore(installation.db, caller, planned)
      const { tables, ...about } = await restoreAnchor(config, file, passphrase, options.anchor)
      const db = anchorDatabase(installation, about.anchor)
      await recordOnly(db, caller, { action: 'restore', resource: '', after: about }).finally(() =>
        db.$disconnect(),
      )
      return { ...about, tables, keysDirectory: anchorPlace(config, about.anchor).keysDirectory }
    },
    { attempt: restoreAttempt },
  )
  const lines = [
    ...describeTables(result.tables),
    `Restored the anchor ${result.anchor} from the backup of ${result.madeAt}.`,
    `Restore its key directory, ${keysDirectory}: the server then publishes the anchor.`,
  ]
  print(options, result, lines.join('\n'))
}
