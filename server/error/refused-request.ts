/** What a request is refused for before a handler sees it. */
import type { FastifyError } from 'fastify'
import { bytes, describeTooLarge } from '#federation/http/limits.ts'

export const describeRefusal = ({ statusCode, message }: FastifyError) =>
  statusCode === 413 ? describeTooLarge(bytes.adminBody) : message
