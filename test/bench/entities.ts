/** Serves entities for renewals and checks: one HTTP server on loopback, with one path per entity. */
import { createServer } from 'node:http'
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { createLocalSigner, signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { relyingParty } from './fill.ts'

const WELL_KNOWN = '/.well-known/openid-federation'

const key = await generateSigningKey('ES256')
const signer = await createLocalSigner(key)
const keys = { keys: [toPublicJwk(key)] }

const server = createServer(async (request, response) => {
  if (request.headers['if-none-match']) return response.writeHead(304).end()
  const path = (request.url ?? '').slice(0, -WELL_KNOWN.length)
  const iat = Math.floor(Date.now() / 1000)
  const claims = relyingParty(`http://${request.headers.host}${path}`, keys, { iat, exp: iat + 3600 }, path)
  const jwt = await signJwt(claims, { key: signer, typ: ENTITY_STATEMENT_TYP })
  response.writeHead(200, { 'content-type': 'application/entity-statement+jwt', etag: '"1"' }).end(jwt)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' && address?.port}\n`)
})
