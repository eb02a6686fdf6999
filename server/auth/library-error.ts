/** Keeps the error behind an answer of better-auth, which hides it behind a 500. */
import { AsyncLocalStorage } from 'node:async_hooks'

const place = new AsyncLocalStorage<{ error: unknown }>()

/** For the library's hook. */
export function noteLibraryError(error: unknown): void {
  const noted = place.getStore()
  if (noted) noted.error = error
}

/** The result of `work`, and the last error that the library met in it. */
export async function withLibraryError<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; error: unknown }> {
  const noted = { error: undefined as unknown }
  const result = await place.run(noted, work)
  return { result, error: noted.error }
}
