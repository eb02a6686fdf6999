/** Keeps private keys in files from other users of the host. */
import { chmod, stat } from 'node:fs/promises'
import { getErrorCode } from './key-file.ts'

/**
 * The rights of users who neither own the file nor are in its group. The group keeps its rights: a federation server may read
 * the file by them.
 */
const OTHERS = 0o007

/**
 * Takes the rights of other users from a file with a private key. Returns a sentence where that is not possible, as on a
 * read-only volume and on a file system without modes; null if only owner and group have rights.
 */
export async function closeToOthers(file: string): Promise<string | null> {
  const open = await findOpenMode(file)
  if (open === null) return null
  const failure = await chmod(file, open & ~OTHERS).then(() => null, getErrorCode)
  const mode = await findOpenMode(file)
  if (mode === null) return null
  const why = failure ? ` (${failure})` : ''
  return `${file} has the mode ${mode.toString(8).padStart(4, '0')}, so every user of this host can read the private key in it. The mode cannot be changed from here${why}: set it to 0600, or to 0640 for a group that needs the key.`
}

/** The mode, if other users have rights. Windows has no such modes. */
async function findOpenMode(file: string): Promise<number | null> {
  if (process.platform === 'win32') return null
  const found = await stat(file).catch(() => null) // the read of the file says why
  return found && (found.mode & OTHERS) !== 0 ? found.mode & 0o777 : null
}
