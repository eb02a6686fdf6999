/** Opens an anchor, and tries again until its key directory is usable. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Anchor } from './open.ts'

type OpeningOptions = {
  open: () => Promise<Anchor>
  retryMs: number
  logger: FastifyBaseLogger
  onOpen: () => void
}

export type Opening = {
  /** Resolves after the first attempt. */
  tried: Promise<void>
  /** Undefined while it could not be opened. */
  current(): Anchor | undefined
  /** Finishes pending requests. */
  close(): Promise<void>
}

export function keepOpening({ open, retryMs, logger, onOpen }: OpeningOptions): Opening {
  let anchor: Anchor | undefined
  let reason: string | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  async function tryToOpen(): Promise<void> {
    try {
      const opened = await open()
      finishPending(opened.app)
      await opened.app.ready()
      anchor = opened
      logger.info('Serving the Trust Anchor')
      if (!isClosed) onOpen()
    } catch (error) {
      report(error)
      if (!isClosed) timer = setTimeout(retry, retryMs).unref()
    }
  }

  function retry(): void {
    attempt = tryToOpen()
  }

  /** Once for each reason. */
  function report(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    if (message !== reason) logger.error({ err: error }, 'The Trust Anchor cannot be served. Trying again.')
    reason = message
  }

  let attempt = tryToOpen()
  return {
    tried: attempt,
    current: () => anchor,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await attempt
      await anchor?.close()
    },
  }
}

/** Makes `close` of the app wait for pending requests, as the close of a listening server does. */
function finishPending(app: FastifyInstance): void {
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
