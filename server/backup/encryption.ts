/**
 * A backup under a passphrase: scrypt makes the key, and AES-256-GCM seals one piece after the other. A piece is bound to
 * its place and the last one to being the last, so that none can be altered, moved, left out or cut off unnoticed.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { BackupError } from '#server/backup/backup-error.ts'

/** What an encrypted backup begins with. */
export const MAGIC = Buffer.from('INMORBK1')

const PIECE = 64 * 1024
const [SALT, PREFIX, TAG, LENGTH] = [16, 7, 16, 4]
/** About a quarter of a second and 128 MiB for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

const deriveKey = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt)

/** 96 bits: a random part of the file's own, the number of the piece, and whether it is the last (NIST SP 800-38D, 8.2.1). */
function nonce(prefix: Buffer, index: number, isLast: boolean): Buffer {
  const rest = Buffer.alloc(5)
  rest.writeUInt32BE(index)
  rest.writeUInt8(isLast ? 1 : 0, 4)
  return Buffer.concat([prefix, rest])
}

export async function* encrypt(source: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const [salt, prefix] = [randomBytes(SALT), randomBytes(PREFIX)]
  const key = await deriveKey(passphrase, salt, 32, COST)
  yield Buffer.concat([MAGIC, salt, prefix])
  let index = 0
  const seal = (piece: Buffer, isLast: boolean) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce(prefix, index++, isLast))
    const sealed = Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()])
    const length = Buffer.alloc(LENGTH)
    length.writeUInt32BE(sealed.length)
    return Buffer.concat([length, sealed])
  }
  let held = Buffer.alloc(0)
  for await (const chunk of source) {
    held = Buffer.concat([held, chunk])
    // One piece is kept back: only at the end is it known which is the last.
    for (; held.length > PIECE; held = held.subarray(PIECE)) yield seal(held.subarray(0, PIECE), false)
  }
  yield seal(held, true)
}

/** What was encrypted, without `MAGIC`. @throws BackupError */
export async function* decrypt(source: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const take = reader(source)
  const salt = await take(SALT)
  const prefix = await take(PREFIX)
  if (!salt || !prefix) throw new BackupError('The backup is cut off at its beginning.')
  const key = await deriveKey(passphrase, salt, 32, COST)
  for (let index = 0; ; index++) {
    const length = (await take(LENGTH))?.readUInt32BE()
    const sealed = length === undefined || length > PIECE + TAG ? undefined : await take(length)
    if (!sealed || sealed.length < TAG) throw new BackupError('The backup is cut off, or was altered.')
    const last = open(sealed, key, nonce(prefix, index, true))
    const piece = last ?? open(sealed, key, nonce(prefix, index, false))
    if (!piece) {
      const cause =
        index === 0 ? 'The passphrase is another one, or the backup was altered.' : 'The backup was altered.'
      throw new BackupError(cause)
    }
    yield piece
    if (!last) continue
    if (await take(1)) throw new BackupError('The backup was altered: something follows its end.')
    return
  }
}

/** The piece when it is genuine, else nothing. */
function open(sealed: Buffer, key: Buffer, iv: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, iv)
  decipher.setAuthTag(sealed.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()])
  } catch {
    return undefined // that the tag does not fit is all there is to know
  }
}

/** Takes so many bytes from a stream; undefined when it ends before. */
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
