/** Explains to the operator why the server cannot start. */

export class StartError extends Error {
  override readonly name = 'StartError'
}

/** `variable` is the name of the variable that sets the port. */
type Place = { host: string; port: number | undefined; variable: string }

/** @throws StartError when the address is in use or not available */
export async function listenOrExplain<Result>(
  { host, port, variable }: Place,
  listen: () => Promise<Result>,
): Promise<Result> {
  try {
    return await listen()
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} of ${host} is in use by another process. Set ${variable} to a free port.`,
      )
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(
        `The server cannot listen on port ${port} of ${host} (${code}). Check HOST and ${variable}.`,
      )
    }
    throw error
  }
}

export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
