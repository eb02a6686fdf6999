/** Turns whatever went wrong into the error document of §8.9, and logs what is our own fault. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { member } from '#core/json.ts'
import { isStoreOutage } from '#store/outage.ts'
import { sendJson } from './routes/answer.ts'

/** Seconds after which it is worth asking again. */
const RETRY_AFTER = 5

/** The framework only says that it does not know the media type. */
const NO_FORM = 'The body of a request must be a form, application/x-www-form-urlencoded.'

type Failure = { status: number; error: string; description: string; retryAfter?: number }

/** Installs the handlers for errors, for paths that do not exist, and for methods that a path does not have. */
export function handleErrors(app: FastifyInstance): void {
  const routes = collectRoutes(app)
  app.setErrorHandler((error: FastifyError | Error, request, reply) => sendError(error, request, reply))
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const allowed = (await offeredMethods(routes.get(path) ?? [])).join(', ')
    if (allowed === '') return sendFailure(reply, notFound(path))
    reply.header('allow', allowed)
    return sendFailure(reply, {
      status: 405,
      error: 'invalid_request',
      description: `${path} does not take ${request.method}; it takes ${allowed}.`,
    })
  })
}

/** Sends an error; also for those that Fastify finds before a route is reached. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = describeFailure(error)
  if (failure.status >= 500) logFailure(error, request)
  return sendFailure(reply, failure)
}

/** An expected failure, such as another entity that does not answer, is one line; an error of ours has its stack. */
function logFailure(error: unknown, { log, id: requestId }: FastifyRequest): void {
  const isExpected =
    error instanceof FederationError && error.code !== 'server_error' && !isStoreOutage(error)
  if (isExpected) log.warn({ requestId }, error.message)
  else log.error({ err: error, requestId }, 'request failed')
}

const unreadable: Readonly<Record<string, { status: number; description: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, description: 'The request took too long to arrive.' },
  HPE_HEADER_OVERFLOW: { status: 431, description: 'The headers of the request are too long.' },
}

/** Answers what Node cannot read as a request or no longer waits for: nothing of Fastify is there yet. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const known = member(unreadable, error.code ?? '')
  const { status, description } = known ?? { status: 400, description: 'This is not an HTTP request.' }
  const body = JSON.stringify({ error: 'invalid_request', error_description: description })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'cache-control: no-store',
    'connection: close',
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy(error)
}

function describeFailure(error: unknown): Failure {
  if (error instanceof FederationError) return fromFederationError(error)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status < 400 || status >= 500) {
    // Whatever this is, its message was not written for strangers.
    return {
      status: 500,
      error: 'server_error',
      description: 'Something unexpected happened; it has been logged.',
    }
  }
  // Refusals of the framework: a body too large, a media type that is not taken, a rate limit.
  return {
    status,
    error: status === 429 ? 'temporarily_unavailable' : 'invalid_request',
    description: status === 415 ? NO_FORM : message(error),
  }
}

function fromFederationError(error: FederationError): Failure {
  const { status, code, message } = error
  if (code === 'server_error') {
    return { status, error: code, description: 'Something unexpected happened; it has been logged.' }
  }
  const failure = { status, error: code, description: message }
  return code === 'temporarily_unavailable' ? { ...failure, retryAfter: RETRY_AFTER } : failure
}

function sendFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.retryAfter !== undefined) reply.header('retry-after', failure.retryAfter)
  reply.header('cache-control', 'no-store')
  reply.errorCode = failure.error
  return sendJson(reply.code(failure.status), {
    error: failure.error,
    error_description: failure.description,
  })
}

function notFound(path: string): Failure {
  return { status: 404, error: 'not_found', description: `There is no endpoint at ${path.slice(0, 200)}.` }
}

type Route = { method: string; isOffered: (() => Promise<boolean>) | undefined }

/** The routes of each path, as they are registered. */
function collectRoutes(app: FastifyInstance): Map<string, Route[]> {
  const routes = new Map<string, Route[]>()
  app.addHook('onRoute', ({ url, method, config }) => {
    const known = routes.get(url) ?? []
    routes.set(url, known)
    for (const each of [method].flat()) known.push({ method: each, isOffered: config?.isOffered })
  })
  return routes
}

async function offeredMethods(routes: readonly Route[]): Promise<string[]> {
  const offered = await Promise.all(routes.map(({ isOffered }) => isOffered?.() ?? true))
  return [...new Set(routes.filter((_, index) => offered[index]).map(({ method }) => method))]
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
