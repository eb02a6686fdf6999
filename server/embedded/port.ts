/** The ports of `npm start`, parsed and found free before anything is opened. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { ConfigurationError } from '#server/env.ts'

type Port = { variable: string; standard: number; host: string }

/** @throws ConfigurationError naming the variable that sets another one */
export async function choosePort({ variable, standard, host }: Port): Promise<number> {
  const text = process.env[variable] || String(standard)
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new ConfigurationError(`${variable} must be a whole number from 1 to 65535, not "${text}".`)
  }
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const reason =
      error.code === 'EADDRINUSE' ? 'is in use by another process' : `cannot be used (${error.code})`
    throw new ConfigurationError(`Port ${port} of ${host} ${reason}; set ${variable} to a free one.`)
  }
  server.close()
  await once(server, 'close')
  return port
}
