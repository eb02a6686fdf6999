/** What `inmor backup` and `inmor restore` share: the passphrase of the file, and its tables as lines. */
import { readFile } from 'node:fs/promises'
import { ConfigurationError } from '#federation/config/error.ts'
import { readCommandConfig } from '#server/config/command.ts'

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
