/** Defines how a test entity can misbehave when its Entity Configuration is fetched. */
import type { ServerResponse } from 'node:http'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk } from '#core/keys.ts'

/** The input of a fault: claims and key of a valid configuration. */
export type FaultContext = { claims: Record<string, unknown>; key: Jwk; response: ServerResponse }

const STATEMENT = 'application/entity-statement+jwt'
const TYP = 'entity-statement+jwt'

export function answer(response: ServerResponse, body: string | Buffer, type: string, status = 200): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}

/** Signs changed claims, or signs the valid ones differently. */
const signing =
  (change: (claims: Record<string, unknown>) => object, typ = TYP) =>
  async ({ claims, key, response }: FaultContext) =>
    answer(response, await signJwt(change(claims), { key, typ }), STATEMENT)

export const faults = {
  'not found': ({ response }: FaultContext) =>
    answer(response, '{"error":"not_found"}', 'application/json', 404),
  'server error': ({ response }: FaultContext) => answer(response, 'oops', 'text/plain', 500),
  html: ({ response }: FaultContext) =>
    answer(response, '<!doctype html><p>hello', 'text/html; charset=utf-8'),
  hang: () => {}, // keeps the connection and never answers
  redirect: ({ response }: FaultContext) =>
    void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  huge: ({ response }: FaultContext) => answer(response, Buffer.alloc(10 * 1024 * 1024, 'a'), STATEMENT),
  rubbish: ({ response }: FaultContext) => answer(response, 'not.a.jwt', STATEMENT),
  expired: signing((claims) => ({ ...claims, iat: 1_000_000_000, exp: 1_000_003_600 })),
  'wrong typ': signing((claims) => claims, 'jwt'),
  'foreign subject': signing((claims) => ({ ...claims, sub: 'https://foreign.example' })),
  'no authority hint': signing(({ authority_hints: _, ...claims }) => claims),
  async 'wrong signature'({ claims, key, response }: FaultContext) {
    const other = { ...(await generateSigningKey('ES256')), kid: key.kid }
    answer(response, await signJwt(claims, { key: other, typ: TYP }), STATEMENT)
  },
} satisfies Record<string, (context: FaultContext) => void | Promise<void>>

export type Fault = keyof typeof faults
