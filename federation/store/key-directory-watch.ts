/** Notices that the key directory changed, by polling: notifications do not cross every kind of mounted volume. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { keyDirectoryFiles } from './key-directory-layout.ts'

const INTERVAL_MS = 2_000

export type Watch = {
  /** Resolves when the present state is known; each change after that is told. */
  ready: Promise<void>
  close(): void
}

/**
 * Calls `onChange` after a key file appeared, went or changed, until closed. It looks again later when something
 * cannot be read at the moment.
 */
export function watchKeyDirectory(
  directory: string,
  onChange: () => void,
  options: { historicalDir?: string; intervalMs?: number } = {},
): Watch {
  let closed = false
  let last: string | undefined
  let timer: NodeJS.Timeout | undefined

  const look = async () => {
    const seen = await fingerprint(directory, options.historicalDir)
    if (closed) return
    if (last !== undefined && seen !== last) onChange()
    last = seen
    timer = setTimeout(look, options.intervalMs ?? INTERVAL_MS).unref()
  }
  return {
    ready: look(),
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** Name, size and time of every key file, as one string to compare. */
async function fingerprint(directory: string, historicalDir?: string): Promise<string> {
  const folders = [
    join(directory, keyDirectoryFiles.publicKeys),
    historicalDir ?? join(directory, keyDirectoryFiles.historicalKeys),
  ]
  const files = [keyDirectoryFiles.private, keyDirectoryFiles.next].map((name) => join(directory, name))
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []) // a folder that is not there holds no keys
    files.push(...names.sort().map((name) => join(folder, name)))
  }
  return (await Promise.all(files.map(describe))).join('\n')
}

async function describe(file: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(file)
    return `${file} ${size} ${mtimeMs} ${ino}`
  } catch {
    return `${file} absent` // gone, or about to be renamed into place
  }
}
