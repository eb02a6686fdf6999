/** Sends what caches must forget to a receiver that the operator names, signed as a webhook. */
import { ConfigurationError } from '#federation/config/error.ts'
import type { Message } from '#federation/mirror/purge.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { systemClock } from '#server/clock.ts'
import { readCommandConfig } from '#server/config/command.ts'
import { buildEnvelope, CONTENT_TYPE } from '#server/webhook/event.ts'
import { sign } from '#server/webhook/signature.ts'

/** Read of the response, of which only the status counts. */
const READ_BYTES = 1024

/** The receiver may be on this machine, and plain HTTP: the paths are public, and signed. @throws ConfigurationError without a secret */
export function openReceiver(url: string, signal: AbortSignal) {
  const secret = readCommandConfig().purgeSecret
  if (secret === undefined) {
    throw new ConfigurationError(
      'Set INMOR_PURGE_SECRET: --purge signs what it sends, so that the receiver can check it.',
    )
  }
  const fetcher = createFetcher({ allowHttp: true })
  return {
    async send({ id, anchor, number, isAll, paths }: Message): Promise<void> {
      const at = systemClock()
      const attributes = { id, source: anchor, action: 'filesChanged', subject: '', at }
      const event = buildEnvelope(attributes, { number, all: isAll, paths })
      const headers = { 'content-type': CONTENT_TYPE, ...sign([secret], event, at) }
      const { status } = await fetcher.post(
        url,
        { body: event.body, headers, maxBytes: READ_BYTES },
        { signal },
      )
      if (status >= 200 && status < 300) return
      throw new FetchError(
        'http_status',
        url,
        `returned HTTP status ${status} for what caches must forget.`,
        {
          status,
        },
      )
    },
    close: () => fetcher.close(),
  }
}
