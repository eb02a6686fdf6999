/** An anchor that is no product of ours: a bare HTTP server of one test, each of whose answers the test can replace. */
import type { ServerResponse } from 'node:http'
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { answer } from '#test/helpers/fault.ts'
import { serve } from '#test/helpers/loopback.ts'

type Answer = (response: ServerResponse, url: URL) => unknown

export type BareAnchor = {
  id: string
  keys: JwkSet
  /** Claims of its Entity Configuration beside the required ones. */
  configuration: Record<string, unknown>
  /** The parameters of its federation_entity metadata. */
  entity: Record<string, unknown>
  /** What it lists. */
  members: unknown[]
  /** Claims of its statement about a member, which replace the required ones. */
  stated: (subject: string) => Record<string, unknown>
  /** Answers of other paths, or instead of the usual ones. */
  answers: Record<string, Answer>
  /** The paths of requests, with their query. */
  requests: string[]
  sign(claims: object, typ?: string, key?: Jwk): Promise<string>
}

export const DAY = 86_400

/** A lifetime that has begun. */
export function lifeOf(seconds: number): { iat: number; exp: number } {
  const iat = Math.floor(Date.now() / 1000)
  return { iat, exp: iat + seconds }
}

export const sendJson = (response: ServerResponse, value: unknown) =>
  answer(response, JSON.stringify(value), 'application/json')

export async function serveBareAnchor(): Promise<BareAnchor> {
  const [key, memberKey] = [await generateSigningKey('ES256'), await generateSigningKey('ES256')]
  const [keys, jwks] = [{ keys: [toPublicJwk(key)] }, { keys: [toPublicJwk(memberKey)] }]
  const send = async (response: ServerResponse, claims: object) =>
    answer(response, await anchor.sign(claims), `application/${ENTITY_STATEMENT_TYP}`)
  const usual: Record<string, Answer> = {
    '/.well-known/openid-federation': (response) => {
      const { id, entity, configuration } = anchor
      const claims = { iss: id, sub: id, ...lifeOf(DAY), jwks: keys, metadata: { federation_entity: entity } }
      return send(response, { ...claims, ...configuration })
    },
    '/list': (response) => sendJson(response, anchor.members),
    '/fetch': (response, url) => {
      const sub = url.searchParams.get('sub') ?? ''
      return send(response, { iss: anchor.id, sub, ...lifeOf(DAY), jwks, ...anchor.stated(sub) })
    },
  }
  const id = await serve((request, response) => {
    const url = new URL(request.url ?? '/', id)
    anchor.requests.push(url.pathname + url.search)
    const respond = anchor.answers[url.pathname] ?? usual[url.pathname]
    if (respond) return void respond(response, url)
    answer(response, '{"error":"not_found"}', 'application/json', 404)
  })
  const anchor: BareAnchor = {
    ...{ id, keys, configuration: {}, answers: {}, requests: [], members: [] },
    entity: { federation_fetch_endpoint: `${id}/fetch`, federation_list_endpoint: `${id}/list` },
    stated: () => ({}),
    sign: (claims, typ = ENTITY_STATEMENT_TYP, signer = key) => signJwt(claims, { key: signer, typ }),
  }
  return anchor
}
