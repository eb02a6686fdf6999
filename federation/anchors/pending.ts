/** Lets an app whose server does not listen finish the requests that another server handed to it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Makes `close` of the app wait for pending requests, as the close of a listening server does. */
export function finishPending(app: FastifyInstance): void {
  const pending = new Set<ServerResponse>()
  let onEmpty = () => {}
  app.server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    if (response.writableEnded) return
    pending.add(response)
    response.once('close', () => {
      pending.delete(response)
      if (pending.size === 0) onEmpty()
    })
  })
  app.addHook('preClose', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    onEmpty = resolve
    if (pending.size > 0) await promise
  })
}
