/** Checks that the ports of `npm start` and `npm run demo` are free before anything is opened. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { ConfigurationError } from '#federation/config/error.ts'

type Ports = {
  /** The variable that sets the first one. */
  variable: string
  first: number
  host: string
  /** How many consecutive ports are needed. */
  count?: number
}

/** @throws ConfigurationError naming the variable that sets another port */
export async function requireFreePorts({ variable, first, host, count = 1 }: Ports): Promise<void> {
  for (let port = first; port < first + count; port++) {
    const problem = await tryPort(port, host)
    if (problem)
      throw new ConfigurationError(`Port ${port} of ${host} ${problem}. Set ${variable} to another port.`)
  }
}

/** Why the port cannot be used; null: it can. */
async function tryPort(port: number, host: string): Promise<string | null> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return error.code === 'EADDRINUSE' ? 'is in use by another process' : `cannot be used (${error.code})`
  }
  server.close()
  await once(server, 'close')
  return null
}
