/** `inmor backup`: one file with everything but the signing keys, of the installation or of one anchor. */
import { resolve } from 'node:path'
import { ConfigurationError } from '#federation/config/error.ts'
import { writeBackup } from '#server/backup/backup.ts'
import {
  type BackupOptions,
  describeTables,
  passphraseOption,
  readPassphrase,
} from '#server/cli/backup-file.ts'
import { withAnchor, withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import type { Installation } from '#server/process/installation.ts'
import { recordOnly } from '#server/services/write.ts'

const MINIMUM_LENGTH = 12
const attempt = { action: 'backup' } as const

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
      ? await withInstallation((installation) => write(installation), { attempt })
      : await withAnchor(options, (anchor) => write(anchor, anchor.slug), attempt)
    const { plain, missing } = sentences[isWhole ? 'installation' : 'anchor']
    const kind = result.encrypted ? 'encrypted' : plain
    const lines = [...describeTables(result.tables), `Wrote ${result.file}, ${kind}.`, missing]
    print(options, result, lines.join('\n'))
  })
