/** Listens on a host, and on both addresses of `localhost`. */
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { FastifyInstance } from 'fastify'

type Place = { host: string; port: number }

/**
 * Returns the URL. The server of the app gets every connection: Fastify gives a second address a server of its own,
 * which no listener on `app.server` sees.
 */
export async function listen(app: FastifyInstance, { host, port }: Place): Promise<string> {
  const [address = host, ...others] = host === 'localhost' ? await findAddresses(host) : []
  const forwarders: Server[] = []
  let ends: Promise<unknown>[] = []
  app.addHook('preClose', async () => {
    ends = forwarders.map((forwarder) => once(forwarder.close(), 'close'))
  })
  app.addHook('onClose', async () => void (await Promise.all(ends)))
  const url = await app.listen({ host: address, port })
  for (const other of others) {
    const place = { host: other, port: Number(new URL(url).port) }
    const forwarder = await forward(app, place).catch(() => undefined) // the machine may lack one
    if (forwarder) forwarders.push(forwarder)
  }
  return url
}

async function findAddresses(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

async function forward(app: FastifyInstance, place: Place): Promise<Server> {
  // As Node's HTTP server accepts connections.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    app.server.emit('connection', socket),
  )
  server.listen(place)
  await once(server, 'listening')
  return server
}
