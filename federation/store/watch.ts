/** Polls files for changes, because file system events do not work on every mounted volume. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { keyDirectoryFiles } from './key-directory-layout.ts'

const INTERVAL_MS = 2_000

type Watch = {
  /** Resolves when the initial state is known. Later changes are reported. */
  ready: Promise<void>
  close(): void
}

/** Calls `onChange` after the result of `describe` has changed, until closed. */
export function watch(
  describe: () => Promise<string>,
  onChange: () => void,
  intervalMs: number = INTERVAL_MS,
): Watch {
  let closed = false
  let last: string | undefined
  let timer: NodeJS.Timeout | undefined

  const poll = async () => {
    const seen = await describe()
    if (closed) return
    if (last !== undefined && seen !== last) onChange()
    last = seen
    timer = setTimeout(poll, intervalMs).unref()
  }
  return {
    ready: poll(),
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** Name, size and time of each file, as one string for comparison. An unreadable file counts as absent. */
export async function describeFiles(files: readonly string[]): Promise<string> {
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

/** Calls `onChange` after a key file is added, removed or changed, until closed. */
export function watchKeyDirectory(
  directory: string,
  onChange: () => void,
  options: { historicalDir?: string; intervalMs?: number } = {},
): Watch {
  return watch(() => describeDirectory(directory, options.historicalDir), onChange, options.intervalMs)
}

async function describeDirectory(directory: string, historicalDir?: string): Promise<string> {
  const { publicKeys, answerKeys, historicalKeys } = keyDirectoryFiles
  const folders = [
    join(directory, publicKeys),
    join(directory, answerKeys),
    historicalDir ?? join(directory, historicalKeys),
  ]
  const { private: current, next, answers } = keyDirectoryFiles
  const files = [current, next, answers].map((name) => join(directory, name))
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []) // a missing folder has no keys
    files.push(...names.sort().map((name) => join(folder, name)))
  }
  return describeFiles(files)
}
