/** Looks at every request of a server before the framework does. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'

/** Tries `first` on every request, and leaves the rest to the present listeners. */
export function precede(
  server: Server,
  first: (request: IncomingMessage, response: ServerResponse) => boolean,
): void {
  const listeners = server.listeners('request') as RequestListener[] // what Node documents for the event
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (first(request, response)) return
    for (const listener of listeners) listener.call(server, request, response)
  })
}
