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
  purgeSecret: {
    names: ['INMOR_PURGE_SECRET'],
    isSecret: true,
    kind: text
      .regex(
        /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/,
        'is no secret of a webhook; use whsec_ and 32 random bytes in Base64',
      )
      .optional(),
    meaning: 'the secret with which `inmor mirror --purge` signs what it sends, as a webhook has it',
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
