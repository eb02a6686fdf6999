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
  url: {
    names: ['INMOR_URL'],
    kind: text.optional(),
    meaning:
      'the address of the admin server, with which commands of the API go over HTTP instead of to the installation here',
  },
  key: {
    names: ['INMOR_KEY'],
    isSecret: true,
    kind: text.optional(),
    meaning: 'the API key with which they do',
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
