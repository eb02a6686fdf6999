/** Encrypts a backup under a passphrase as an age file (age-encryption.org/v1), which `age -d` opens as well. */
import { ReadableStream } from 'node:stream/web'
import { Decrypter, Encrypter } from 'age-encryption'
import { BackupError } from '#server/backup/backup-error.ts'

/** The first bytes of an age file. */
export const MAGIC = Buffer.from('age-encryption.org/')

// The same class; the library declares the browser's type.
const toWebStream = (source: AsyncIterable<Buffer>) =>
  ReadableStream.from(source) as globalThis.ReadableStream<Uint8Array>

export async function* encrypt(
  source: AsyncIterable<Buffer>,
  passphrase: string,
): AsyncGenerator<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  yield* await encrypter.encrypt(toWebStream(source))
}

/** Rejects with an error of the library when a later part was altered or is missing. @throws BackupError */
export async function* decrypt(
  source: AsyncIterable<Buffer>,
  passphrase: string,
): AsyncGenerator<Uint8Array> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  yield* await decrypter.decrypt(toWebStream(source)).catch((cause) => {
    throw new BackupError('The passphrase is wrong, or the backup was altered or cut off.', { cause })
  })
}
