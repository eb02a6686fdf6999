/** Converts errors to the error response of §8.9, and logs internal errors. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import { isRefusedWrite, isStoreOutage } from '#store/outage.ts'
import { KeyStoreError } from '../key-store/store.ts'
import { sendJson } from './answer.ts'
import { CompressedBodyError } from './request-body.ts'
import { routeOf } from './served-paths.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is currently available. If not, its method is not allowed. */
    isOffered?: () => Promise<boolean>
    /** The content types of its body; that of forms by default. */
    contentType?: string
  }
}

export const FORM_TYPE = 'application/x-www-form-urlencoded'

/** Seconds. */
const RETRY_AFTER = 5

/** Seconds. Short, because endpoints come and go. */
const PREFLIGHT_AGE = 600

/** RFC 9110 §15.5.2 requires it with 401. The scheme is the method of §8.8, which no HTTP scheme describes. */
const CHALLENGE = 'private_key_jwt'

const CANNOT_SIGN = 'This server cannot sign the answer at the moment. Try again in a few seconds.'
const UNEXPECTED = 'An unexpected error occurred. The server log has the details.'

type Failure = { status: number; error: string; description: string; retryAfter?: number }

/** Installs the handlers for errors, unknown paths and unsupported methods. */
export function handleErrors(app: FastifyInstance): void {
  const routes = collectRoutes(app)
  app.setErrorHandler((error: FastifyError | Error, request, reply) => sendError(error, request, reply))
  app.setNotFoundHandler(async (request, reply) => {
    const [route = ''] = request.url.split('?', 1)
    const [path = ''] = request.originalUrl.split('?', 1)
    const allowed = (await listMethods(routes.get(routeOf(route)) ?? [])).join(', ')
    if (allowed === '') return sendFailure(reply, describeUnknownPath(path))
    if (request.method === 'OPTIONS') return answerOptions(request, reply, allowed)
    reply.header('allow', allowed)
    return sendFailure(reply, {
      status: 405,
      error: 'invalid_request',
      description: `${path} does not support ${request.method}. Use ${allowed}.`,
    })
  })
}

/** For browsers too, which ask before a request that a form could not make. `allowed` are its methods. */
export function answerOptions(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  allowed: string,
): FastifyReply {
  const wanted = headers['access-control-request-headers']
  return reply
    .code(204)
    .headers({
      allow: allowed,
      'access-control-allow-methods': allowed,
      'access-control-max-age': PREFLIGHT_AGE,
      ...(wanted === undefined ? {} : { 'access-control-allow-headers': wanted }),
    })
    .send()
}

/** Sends an error, including one that Fastify raises before routing. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = describeFailure(error, request)
  if (failure.status >= 500) logFailure(error, request)
  return sendFailure(reply, failure)
}

/**
 * Logs an expected failure, such as an unreachable entity, in one line, and an internal error with its stack. An outage is reported
 * when it begins and when it ends, and its refusals are counted.
 */
function logFailure(error: unknown, { log, id: requestId }: FastifyRequest): void {
  if (isStoreOutage(error) && !isRefusedWrite(error)) return
  const isExpected = error instanceof FederationError && error.code !== 'server_error'
  if (isExpected) log.warn({ requestId }, error.message)
  else log.error({ err: error, requestId }, 'Request failed')
}

const unreadableRequests: Readonly<Record<string, { status: number; description: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, description: 'The request took too long to arrive.' },
  HPE_HEADER_OVERFLOW: { status: 431, description: 'The request headers are too large.' },
}

/** Answers a request that Node cannot parse, or that timed out. Fastify does not see these requests. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const known = getMember(unreadableRequests, error.code ?? '')
  const { status, description } = known ?? { status: 400, description: 'This is not a valid HTTP request.' }
  const body = JSON.stringify({ error: 'invalid_request', error_description: description })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'cache-control: no-store',
    'access-control-allow-origin: *',
    'connection: close',
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy(error)
}

function describeFailure(error: unknown, { routeOptions }: FastifyRequest): Failure {
  if (error instanceof FederationError) return describeFederationError(error)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status < 400 || status >= 500) {
    return { status: 500, error: 'server_error', description: UNEXPECTED }
  }
  // Errors of Fastify: a large body, an unsupported media type, the rate limit.
  return {
    status,
    error: status === 429 ? 'temporarily_unavailable' : 'invalid_request',
    description:
      status === 415 && !(error instanceof CompressedBodyError)
        ? `The request body must have the content type ${routeOptions?.config?.contentType ?? FORM_TYPE}.`
        : getMessage(error),
  }
}

function describeFederationError(error: FederationError): Failure {
  const { status, code, message } = error
  if (code === 'server_error') return { status, error: code, description: UNEXPECTED }
  // Its sentence is for operators: it may name the token or the module.
  const description = error instanceof KeyStoreError ? CANNOT_SIGN : message
  const failure = { status, error: code, description }
  return code === 'temporarily_unavailable' ? { ...failure, retryAfter: RETRY_AFTER } : failure
}

function sendFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.retryAfter !== undefined) reply.header('retry-after', failure.retryAfter)
  if (failure.status === 401) reply.header('www-authenticate', CHALLENGE)
  reply.header('cache-control', 'no-store')
  reply.errorCode = failure.error
  return sendJson(reply.code(failure.status), {
    error: failure.error,
    error_description: failure.description,
  })
}

function describeUnknownPath(path: string): Failure {
  return { status: 404, error: 'not_found', description: `There is no endpoint at ${path.slice(0, 200)}.` }
}

type Route = { method: string; isOffered: (() => Promise<boolean>) | undefined }

/** Collects the routes of each path during registration. */
function collectRoutes(app: FastifyInstance): Map<string, Route[]> {
  const routes = new Map<string, Route[]>()
  app.addHook('onRoute', ({ url, method, config }) => {
    const known = routes.get(url) ?? []
    routes.set(url, known)
    for (const each of [method].flat()) known.push({ method: each, isOffered: config?.isOffered })
  })
  return routes
}

async function listMethods(routes: readonly Route[]): Promise<string[]> {
  const offered = await Promise.all(routes.map(({ isOffered }) => isOffered?.() ?? true))
  return [...new Set(routes.filter((_, index) => offered[index]).map(({ method }) => method))]
}

function getMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
