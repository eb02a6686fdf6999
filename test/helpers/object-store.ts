/** A bucket of the emulator moto, behind a server that counts the requests, and fails those that a test chooses. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { startMoto } from '#test/helpers/moto.ts'
import { installOptional } from '#test/helpers/optional-package.ts'

const PREFIX = 'export'

/** `path` is that of the file, without bucket and prefix. */
export type Asked = { method: string; path: string; query: string; isConditional: boolean }
/** What happens to a request: an answer with this status and nothing done, no answer at all, or null: it is passed on. */
export type Fault = number | 'silence' | null

export async function startObjectStore() {
  const moto = await startMoto()
  const bucket = `inmor-${randomUUID()}`
  const asked: Asked[] = []
  let fault: (asked: Asked) => Fault = () => null

  function read({ method = '', url = '', headers }: IncomingMessage): Asked {
    const { pathname, search } = new URL(url, moto.endpoint)
    return {
      method,
      path: decodeURIComponent(pathname.slice(`/${bucket}/${PREFIX}/`.length)),
      query: search,
      isConditional: 'if-match' in headers || 'if-none-match' in headers,
    }
  }

  function pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = incoming
    const outgoing = request(`${moto.endpoint}${url}`, { method, headers, agent: false })
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    incoming.pipe(outgoing)
  }

  const server = createServer((incoming, response) => {
    const one = read(incoming)
    asked.push(one)
    const status = fault(one)
    if (status === null) pass(incoming, response)
    else if (status !== 'silence') incoming.resume().once('end', () => response.writeHead(status).end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  const endpoint = `http://127.0.0.1:${address.port}`
  const environment = {
    NODE_PATH: await installOptional('@aws-sdk/client-s3'),
    AWS_REGION: 'eu-north-1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-north-1/s3/aws4_request'
  /** As an operator of the object store, past the faults. */
  async function administer(path: string, body: string, method = 'PUT') {
    const response = await fetch(`${moto.endpoint}${path}`, { method, headers: { authorization }, body })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  }
  const placeOf = (path: string) =>
    `/${bucket}/${PREFIX}/${path.split('/').map(encodeURIComponent).join('/')}`
  const location = `<CreateBucketConfiguration><LocationConstraint>eu-north-1</LocationConstraint></CreateBucketConfiguration>`
  await administer(`/${bucket}`, location)

  return {
    environment,
    bucket,
    name: `s3://${bucket}/${PREFIX}`,
    /** Where a bucket that anyone may read is served; a source of mirrors. */
    url: `${moto.endpoint}/${bucket}`,
    asked,
    /** The requests since then, of some methods. */
    since: (at: number, ...methods: string[]) =>
      asked.slice(at).filter(({ method }) => methods.includes(method)),
    setFault(chosen: (asked: Asked) => Fault): void {
      fault = chosen
    },
    allow: (effect: 'Allow' | 'Deny', action: string) =>
      administer(`/${bucket}?policy`, JSON.stringify(policyOf(bucket, effect, action))),
    /** Another program writes. */
    write: (path: string, body: string) => administer(placeOf(path), body),
    async has(path: string): Promise<boolean> {
      const { ok, status } = await fetch(`${moto.endpoint}${placeOf(path)}`, {
        method: 'HEAD',
        headers: { authorization },
      })
      if (!ok && status !== 404) throw new Error(`HTTP status ${status} for ${path}`)
      return ok
    },
    /** From then on, only credentials that it knows are accepted: it knows none. */
    async demandCredentials(isDemanded: boolean): Promise<void> {
      await administer('/moto-api/reset-auth', isDemanded ? '0' : '1000000000', 'POST')
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await moto.close()
    },
  }
}

const policyOf = (bucket: string, Effect: string, action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Principal: '*', Action: `s3:${action}`, Resource: `arn:aws:s3:::${bucket}/*` }],
})
