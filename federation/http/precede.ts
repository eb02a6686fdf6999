/** Looks at every request of a server before the framework does. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'

/** Returns true if it answers the request, or calls `next`, then or later. */
export type First = (request: IncomingMessage, response: ServerResponse, next: () => void) => boolean

/** Tries `first` on every request, and leaves the rest to the present listeners. */
export function precede(server: Server, first: First): void {
  const listeners = server.listeners('request') as RequestListener[] // what Node documents for the event
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const next = () => {
      for (const listener of listeners) listener.call(server, request, response)
    }
    if (!first(request, response, next)) next()
  })
}
