/** Polls the key directory for changes. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { describeFiles, type Watch, watch } from './watch.ts'

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
