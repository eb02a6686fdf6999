/** Reads files; a large one in a thread of its own, so that the server answers meanwhile. This file is that thread, too. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Path } from '#core/path.ts'
import { locateAll, type NamedText, type Parsed, type Place, parseText } from '#server/as-code/parse-text.ts'

/** Characters of a file that is read at once: some tens of milliseconds. */
const AT_ONCE = 64 * 1024

type Task = { file: NamedText; paths: readonly Path[] | null }

export const parseApart = (file: NamedText): Promise<Parsed> => read({ file, paths: null }) as Promise<Parsed> // as `perform` answers
export const locateApart = (file: NamedText, paths: readonly Path[]): Promise<Place[]> =>
  read({ file, paths }) as Promise<Place[]> // as above

const perform = ({ file, paths }: Task): Parsed | Place[] =>
  paths ? locateAll(file, paths) : parseText(file)

async function read(task: Task): Promise<unknown> {
  if (task.file.content.length <= AT_ONCE) return perform(task)
  const worker = new Worker(new URL(import.meta.url), { workerData: { configurationFile: task } })
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('The thread that reads a file has ended.')))
    })
  } finally {
    await worker.terminate()
  }
}

// Another thread may load this file, too.
if (!isMainThread && workerData?.configurationFile)
  parentPort?.postMessage(perform(workerData.configurationFile))
