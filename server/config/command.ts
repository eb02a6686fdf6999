/** The variables of the command line beside those of the admin server. */
import { text } from '#federation/config/kind.ts'
import { readVariables, type Table, type Values } from '#federation/config/variable.ts'

export const commandVariables = {
  anchor: {
    names: ['INMOR_ANCHOR'],
    kind: text.optional(),
    meaning:
      'the anchor that a command is about, by slug or Entity Identifier; the option `--anchor` overrides it',
  },
  backupPassphrase: {
    names: ['BACKUP_PASSPHRASE'],
    isSecret: true,
    kind: text.optional(),
    meaning: 'the passphrase that encrypts and decrypts backups',
  },
} as const satisfies Table

export function readCommandConfig(environment = process.env): Values<typeof commandVariables> {
  return readVariables(commandVariables, { environment })
}
