/** Reads the source of a conversion: a file or a URL, within limits, again after a failure that may pass. */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ConfigurationError } from '#federation/config/error.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { createFetcher } from '#fetcher/fetcher.ts'

/** Metadata of a large federation has 100 MB, and some servers send it slowly. Milliseconds. */
const LIMITS = { maxBodyBytes: 1024 * 1024 * 1024, totalTimeout: 600_000 }

const isUrl = (source: string) => /^https?:\/\//i.test(source)

/** The source in sentences and files: the same on each machine. */
export const nameOfSource = (source: string): string => (isUrl(source) ? source : basename(source))

/** Gives the bytes to `read` as they arrive. @throws ConfigurationError, FetchError, and what `read` throws */
export async function readSource<Result>(
  source: string,
  { allowHttp }: { allowHttp: boolean },
  read: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
): Promise<Result> {
  if (!isUrl(source)) return read(readFile(source))
  const fetcher = createFetcher({ allowHttp, limits: LIMITS })
  try {
    return await fetcher.stream(source, read)
  } finally {
    await fetcher.close()
  }
}

async function* readFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException // of the file system
    throw new ConfigurationError(
      code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${message}`,
    )
  }
}

/** Milliseconds before each further attempt. */
const PAUSES = [250, 1_000]

/** @throws FetchError of the last attempt */
export async function retry<Result>(request: () => Promise<Result>): Promise<Result> {
  for (const pause of PAUSES) {
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof FetchError && error.retryable)) throw error
      await setTimeout(pause)
    }
  }
  return request()
}
