/** The variables of the command line beside those of the admin server. */
import { text } from '#federation/config/kind.ts'
import { readVariables, type Table, type Values } from '#federation/config/variable.ts'

export const commandVariables = {
  backupPassphrase: {
    names: ['BACKUP_PASSPHRASE'],
    kind: text.optional(),
    meaning: 'the passphrase that encrypts and decrypts backups',
  },
} as const satisfies Table

export function readCommandConfig(environment = process.env): Values<typeof commandVariables> {
  return readVariables(commandVariables, { environment })
}
