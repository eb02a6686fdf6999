/** Why the server cannot start, said so that an operator can act on it. */

/** One sentence for the operator. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** Where to listen, and the variable that says so. */
type Place = { host: string; port: number | undefined; variable: string }

/** The result of `listen`. @throws StartError when the place is taken or is not ours */
export async function listening<Result>(
  { host, port, variable }: Place,
  listen: () => Promise<Result>,
): Promise<Result> {
  try {
    return await listen()
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} of ${host} is in use by another process; set ${variable} to a free one.`,
      )
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(
        `The server cannot listen on port ${port} of ${host} (${code}); set HOST and ${variable}.`,
      )
    }
    throw error
  }
}

export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
