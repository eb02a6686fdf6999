/** Opens the source of a conversion: a file, or a URL that is fetched within limits. */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { ConfigurationError } from '#federation/config/error.ts'
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
