/** Passes on TCP connections, and cuts them on request: a network between a client and a server. */
import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

export type Relay = {
  /** Where it listens on loopback; the rest of `to` stays. */
  url: string
  /** The number of connections so far. */
  accepted(): number
  /** Breaks every present connection. New ones work. */
  cut(): void
  close(): Promise<void>
}

export async function startRelay(to: string): Promise<Relay> {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer((client) => {
    accepted += 1
    const upstream = createConnection(Number(port), hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => other.destroy()) // the other side went away
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    accepted: () => accepted,
    cut,
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
