/** Opens the file of a backup as a document: decrypts and decompresses it. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { migrationNames } from '#prisma/migrate.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import { type BackupDocument, readDocument } from '#server/backup/document.ts'
import { decrypt, decryptOld, MAGIC, OLD_MAGIC } from '#server/backup/encryption.ts'

const GZIP = Buffer.from([0x1f, 0x8b])

const encryptions = [
  { magic: MAGIC, decrypt },
  { magic: OLD_MAGIC, decrypt: decryptOld },
]

/** @throws BackupError, also for a backup of a newer or an unreleased version */
export async function openBackup(file: string, passphrase: string | null): Promise<BackupDocument> {
  const document = await readDocument(await openLines(file, passphrase))
  const { migration } = document.head
  if ((await migrationNames()).includes(migration)) return document
  throw new BackupError(
    `A newer or an unreleased version made this backup (${migration}). Restore it with that version.`,
  )
}

/** Tells the forms of a backup apart by their first bytes. @throws BackupError */
async function openLines(file: string, passphrase: string | null): Promise<AsyncIterable<string>> {
  const source = createReadStream(file)[Symbol.asyncIterator]() as AsyncIterator<Buffer> // no encoding was set
  const { value: first = Buffer.alloc(0) } = await source.next().catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(`${file} cannot be read (${error.code}).`, { cause: error })
  })
  const startsWith = (magic: Buffer) => first.subarray(0, magic.length).equals(magic)
  const content = resume(first, source)
  const encryption = encryptions.find(({ magic }) => startsWith(magic))
  if (encryption) {
    if (passphrase === null) throw new BackupError('The backup is encrypted. Give its passphrase.')
    return unpack(encryption.decrypt(content, passphrase))
  }
  if (!startsWith(GZIP)) throw new BackupError(`${file} is not a backup.`)
  if (passphrase !== null) {
    throw new BackupError(
      'The backup is not encrypted, so its origin is unproven. If you trust it, restore it without a passphrase.',
    )
  }
  return unpack(content)
}

async function* resume(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

/** Decompresses into lines. @throws BackupError for a fault in any stage */
async function* unpack(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const unzipped = createGunzip().setEncoding('utf8')
  const piped = pipeline(source, unzipped).catch(() => {}) // the loop below throws the same error
  let held = ''
  try {
    for await (const chunk of unzipped) {
      const lines = (held + chunk).split('\n')
      held = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    if (error instanceof BackupError) throw error
    throw new BackupError('The backup was altered or cut off.', { cause: error })
  }
  await piped
  if (held !== '') yield held
}
