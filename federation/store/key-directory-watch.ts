/** Polls the key directory for changes, because file system events do not work on every mounted volume. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { keyDirectoryFiles } from './key-directory-layout.ts'

const INTERVAL_MS = 2_000

export type Watch = {
  /** Resolves when the initial state is known. Later changes are reported. */
  ready: Promise<void>
  close(): void
}

/**
 * Calls `onChange` after a key file is added, removed or changed, until closed. Unreadable files count as absent.
 */
export function watchKeyDirectory(
  directory: string,
  onChange: () => void,
  options: { historicalDir?: string; intervalMs?: number } = {},
): Watch {
  let closed = false
  let last: string | undefined
  let timer: NodeJS.Timeout | undefined

  const poll = async () => {
    const seen = await describeDirectory(directory, options.historicalDir)
    if (closed) return
    if (last !== undefined && seen !== last) onChange()
    last = seen
    timer = setTimeout(poll, options.intervalMs ?? INTERVAL_MS).unref()
  }
  return {
    ready: poll(),
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** Name, size and time of every key file, as one string for comparison. */
async function describeDirectory(directory: string, historicalDir?: string): Promise<string> {
  const folders = [
    join(directory, keyDirectoryFiles.publicKeys),
    historicalDir ?? join(directory, keyDirectoryFiles.historicalKeys),
  ]
  const files = [keyDirectoryFiles.private, keyDirectoryFiles.next].map((name) => join(directory, name))
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []) // a missing folder has no keys
    files.push(...names.sort().map((name) => join(folder, name)))
  }
  return (await Promise.all(files.map(describeFile))).join('\n')
}

async function describeFile(file: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(file)
    return `${file} ${size} ${mtimeMs} ${ino}`
  } catch {
    return `${file} absent`
  }
}
