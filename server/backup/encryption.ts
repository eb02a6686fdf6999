/** Encrypts a backup under a passphrase as an age file (age-encryption.org/v1), which `age -d` opens as well. */
import { createDecipheriv, scrypt } from 'node:crypto'
import { ReadableStream } from 'node:stream/web'
import { promisify } from 'node:util'
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

/** The first bytes of these backups. */
export const OLD_MAGIC = Buffer.from('INMORBK1')

const PIECE = 64 * 1024
const [SALT, PREFIX, TAG, LENGTH] = [16, 7, 16, 4]
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

const deriveKey = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt)

/** 96 bits: a random prefix of the file, the number of the piece, and whether it is the last. */
function nonce(prefix: Buffer, index: number, isLast: boolean): Buffer {
  const rest = Buffer.alloc(5)
  rest.writeUInt32BE(index)
  rest.writeUInt8(isLast ? 1 : 0, 4)
  return Buffer.concat([prefix, rest])
}

/** @throws BackupError */
export async function* decryptOld(source: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const take = reader(source)
  await take(OLD_MAGIC.length)
  const salt = await take(SALT)
  const prefix = await take(PREFIX)
  if (!salt || !prefix) throw new BackupError('The backup was cut off near its start.')
  const key = await deriveKey(passphrase, salt, 32, COST)
  for (let index = 0; ; index++) {
    const length = (await take(LENGTH))?.readUInt32BE()
    const sealed = length === undefined || length > PIECE + TAG ? undefined : await take(length)
    if (!sealed || sealed.length < TAG) throw new BackupError('The backup was altered or cut off.')
    const last = open(sealed, key, nonce(prefix, index, true))
    const piece = last ?? open(sealed, key, nonce(prefix, index, false))
    if (!piece) {
      const cause =
        index === 0 ? 'The passphrase is wrong, or the backup was altered.' : 'The backup was altered.'
      throw new BackupError(cause)
    }
    yield piece
    if (!last) continue
    if (await take(1)) throw new BackupError('The backup was altered: bytes follow its end.')
    return
  }
}

/** The piece if its tag is valid, otherwise null. */
function open(sealed: Buffer, key: Buffer, iv: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, iv)
  decipher.setAuthTag(sealed.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()])
  } catch {
    return undefined // an invalid tag has no other detail
  }
}

/** Takes `length` bytes from a stream; undefined if it ends earlier. */
function reader(source: AsyncIterable<Buffer>): (length: number) => Promise<Buffer | undefined> {
  const chunks = source[Symbol.asyncIterator]()
  let held = Buffer.alloc(0)
  return async (length) => {
    while (held.length < length) {
      const { value, done } = await chunks.next()
      if (done) return undefined
      held = Buffer.concat([held, value])
    }
    const taken = held.subarray(0, length)
    held = held.subarray(length)
    return taken
  }
}
