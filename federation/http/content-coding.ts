/** Chooses the content coding of a response body (RFC 9110 §12.5.3). */
import { negotiate } from '@fastify/accept-negotiator'

export type ContentCoding = 'gzip' | 'identity'

/** @param accepted the Accept-Encoding header */
export function chooseCoding(accepted: string | string[] | undefined): ContentCoding {
  const header = String(accepted ?? '')
  return negotiate(header, ['gzip', 'identity']) === 'gzip' ? 'gzip' : 'identity'
}
