/** Simulates a federation entity with a real HTTP server on loopback, which misbehaves on request. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  buildEntityConfiguration,
  buildSubordinateStatement,
  ENTITY_STATEMENT_TYP,
} from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import { answer, type Fault, faults } from './fault.ts'

export type EntityOptions = {
  /** Its private key; a new one for ES256 by default. */
  key?: Jwk
  metadata?: Metadata
  authorityHints?: string[]
  /** Additional claims of the Entity Configuration, such as `trust_mark_issuers`. */
  configuration?: Record<string, unknown>
  /** The entity tag of its Entity Configuration; a request with it gets 304. */
  etag?: string
  /** Additional claims of the superior's statement about this entity, such as `constraints`. */
  statement?: Record<string, unknown>
  /** Its clock, where that of the machine does not do. */
  now?: () => Date
}

export type TestEntity = {
  id: string
  /** Its private key, with which it signs its configuration; `keys` is the public set. */
  key: Jwk
  keys: JwkSet
  options: EntityOptions
  /** Requested paths, with their query. */
  requests: string[]
  /** The `If-None-Match` of each request for its configuration; undefined without one. */
  conditions: (string | undefined)[]
  /** Starts or stops misbehaving. */
  misbehave(fault: Fault | undefined): void
  /** Makes `subordinate` an Immediate Subordinate: it is listed, and a statement about it can be fetched. */
  adopt(subordinate: Pick<TestEntity, 'id' | 'keys' | 'options'>): void
  disown(id: string): void
  /** Its answer about the status of any mark, instead of active; `undefined` is 404. */
  status: Record<string, unknown> | undefined
  /** The Trust Mark that it offers at /trust_mark for these parameters; `undefined` is 404. */
  mark: (parameters: URLSearchParams) => Promise<string | undefined>
  /** The signed Entity Configuration that it publishes. */
  configuration(): Promise<string>
  close(): Promise<void>
}

/** A Relying Party that needs no registration. */
export const relyingParty: Metadata = {
  openid_relying_party: {
    client_name: 'Test Relying Party',
    redirect_uris: ['https://rp.example/callback'],
    client_registration_types: ['automatic'],
  },
}

export const relyingPartyNamed = (client_name: string): Metadata => ({
  openid_relying_party: { ...relyingParty.openid_relying_party, client_name },
})

const LIFETIME = 3600

export async function startEntity(options: EntityOptions = {}): Promise<TestEntity> {
  const key = options.key ?? (await generateSigningKey('ES256'))
  const keys = { keys: [toPublicJwk(key)] }
  const subordinates = new Map<string, Pick<TestEntity, 'id' | 'keys' | 'options'>>()
  const requests: string[] = []
  const conditions: (string | undefined)[] = []
  let fault: Fault | undefined

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', id)
    requests.push(url.pathname + url.search)
    if (url.pathname === '/trust_mark_status') return sendStatus(response, await text(request))
    if (url.pathname === '/trust_mark') return sendMark(response, url.searchParams)
    if (url.pathname === '/fetch') return sendStatement(response, url.searchParams.get('sub'))
    if (url.pathname === '/list')
      return answer(response, JSON.stringify([...subordinates.keys()]), 'application/json')
    if (url.pathname !== '/.well-known/openid-federation') return answer(response, '', 'text/plain', 404)
    conditions.push(request.headers['if-none-match'])
    if (fault) return faults[fault]({ claims: configurationClaims(), key, response })
    if (options.etag !== undefined) response.setHeader('etag', options.etag)
    if (options.etag !== undefined && request.headers['if-none-match'] === options.etag)
      return response.writeHead(304).end()
    answer(response, await entity.configuration(), 'application/entity-statement+jwt')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  const id = `http://127.0.0.1:${address.port}`

  function metadata(): Metadata {
    const own = options.metadata ?? {}
    if (subordinates.size === 0) return own
    const endpoints = { federation_fetch_endpoint: `${id}/fetch`, federation_list_endpoint: `${id}/list` }
    return { ...own, federation_entity: { ...endpoints, ...own.federation_entity } }
  }

  function configurationClaims(): Record<string, unknown> {
    const claims = buildEntityConfiguration({
      entityId: id,
      ...lifetime(options),
      keys,
      metadata: metadata(),
      authorityHints: options.authorityHints,
    })
    return { ...claims, ...options.configuration }
  }

  async function sendStatement(response: ServerResponse, subject: string | null) {
    const subordinate = subject === null ? undefined : subordinates.get(subject)
    if (!subordinate)
      return answer(response, '{"error":"not_found","error_description":"unknown"}', 'application/json', 404)
    const claims = buildSubordinateStatement({
      issuer: id,
      subject: subordinate.id,
      ...lifetime(options),
      keys: subordinate.keys,
    })
    const jwt = await signJwt(
      { ...claims, ...subordinate.options.statement },
      { key: entity.key, typ: ENTITY_STATEMENT_TYP },
    )
    answer(response, jwt, 'application/entity-statement+jwt')
  }

  async function sendMark(response: ServerResponse, parameters: URLSearchParams) {
    const mark = await entity.mark(parameters)
    if (mark === undefined) return answer(response, '{"error":"not_found"}', 'application/json', 404)
    answer(response, mark, 'application/trust-mark+jwt')
  }

  async function sendStatus(response: ServerResponse, form: string) {
    if (entity.status === undefined) return answer(response, '{}', 'application/json', 404)
    const trust_mark = new URLSearchParams(form).get('trust_mark')
    const claims = { iss: id, iat: lifetime(options).iat, trust_mark, status: 'active', ...entity.status }
    const typ = 'trust-mark-status-response+jwt'
    answer(response, await signJwt(claims, { key, typ }), `application/${typ}`)
  }

  const entity: TestEntity = {
    id,
    status: {},
    mark: async () => undefined,
    key,
    keys,
    options,
    requests,
    conditions,
    misbehave(next) {
      fault = next
    },
    adopt: (subordinate) => void subordinates.set(subordinate.id, subordinate),
    disown: (subordinate) => void subordinates.delete(subordinate),
    configuration: () => signJwt(configurationClaims(), { key: entity.key, typ: ENTITY_STATEMENT_TYP }),
    async close() {
      if (!server.listening) return // a test has closed it
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return entity
}

function lifetime({ now = () => new Date() }: EntityOptions): { iat: number; exp: number } {
  const iat = Math.floor(now().getTime() / 1000)
  return { iat, exp: iat + LIFETIME }
}
