/** `inmor restore`: a backup into an empty database, or one anchor of it into an installation. */
import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import { restoreBackup } from '#server/backup/restore.ts'
import { restoreAnchor } from '#server/backup/restore-anchor.ts'
import { exitCodes, Failure } from '#server/cli/api/failure.ts'
import {
  type BackupOptions,
  describeTables,
  passphraseOption,
  readPassphrase,
} from '#server/cli/backup-file.ts'
import { withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { anchorDatabase } from '#server/process/open-anchor.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { requireApprovalBefore } from '#server/services/protection/approval.ts'
import { recordOnly } from '#server/services/write.ts'
import { anchorPlace } from '#store/anchors.ts'

const attempt = { action: 'restore' } as const

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
    { isNew: await isReadable(file), attempt },
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
    { attempt },
  )
  const lines = [
    ...describeTables(result.tables),
    `Restored the anchor ${result.anchor} from the backup of ${result.madeAt}.`,
    `Restore its key directory, ${keysDirectory}: the server then publishes the anchor.`,
  ]
  print(options, result, lines.join('\n'))
}
