/** The ports of `npm start` and `npm run demo`, parsed and found free before anything is opened. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { ConfigurationError } from '#server/env.ts'

type Port = {
  variable: string
  standard: number
  host: string
  /** How many are needed in a row. */
  count?: number
}

/** The first of them. @throws ConfigurationError naming the variable that sets another one */
export async function choosePort({ variable, standard, host, count = 1 }: Port): Promise<number> {
  const text = process.env[variable] || String(standard)
  const first = Number(text)
  const last = 65_536 - count
  if (!/^\d+$/.test(text) || first < 1 || first > last) {
    throw new ConfigurationError(`${variable} must be a whole number from 1 to ${last}, not "${text}".`)
  }
  for (let port = first; port < first + count; port++) {
    const problem = await tryPort(port, host)
    if (problem)
      throw new ConfigurationError(`Port ${port} of ${host} ${problem}; set ${variable} to another.`)
  }
  return first
}

/** Why nobody can listen there; null when one can. */
async function tryPort(port: number, host: string): Promise<string | null> {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return error.code === 'EADDRINUSE' ? 'is in use by another process' : `cannot be used (${error.code})`
  }
  server.close()
  await once(server, 'close')
  return null
}
