/** Simulates many entities with one HTTP server on loopback and one key, registered without a fetch. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buildEntityConfiguration, ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { Database } from '#server/database/client.ts'

export type ManyEntities = {
  ids: string[]
  /** The number of fetches of each configuration. */
  requests: Map<string, number>
  /** A signed Entity Configuration with this name. */
  configuration(entityId: string, clientName: string): Promise<string>
  close(): Promise<void>
}

/** Each is registered under a different name than it declares, so its renewal finds a change. */
export async function registerMany(db: Database, anchor: string, count: number): Promise<ManyEntities> {
  const key = await generateSigningKey('ES256')
  const keys = { keys: [toPublicJwk(key)] }
  const requests = new Map<string, number>()
  const metadata = (client_name: string) => ({
    openid_relying_party: { client_name, redirect_uris: ['https://rp.example/callback'] },
  })
  const configuration = (entityId: string, clientName: string) => {
    const iat = Math.floor(Date.now() / 1000)
    const claims = { entityId, iat, exp: iat + 3600, keys, metadata: metadata(clientName) }
    const configured = buildEntityConfiguration({ ...claims, authorityHints: [anchor] })
    return signJwt(configured, { key, typ: ENTITY_STATEMENT_TYP })
  }

  const server = createServer(async (request, response) => {
    const id = `${origin}${request.url?.replace('/.well-known/openid-federation', '')}`
    requests.set(id, (requests.get(id) ?? 0) + 1)
    response.setHeader('content-type', 'application/entity-statement+jwt')
    response.end(await configuration(id, 'Renewed'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  const origin = `http://127.0.0.1:${address.port}`

  const ids = Array.from({ length: count }, (_, index) => `${origin}/rp/${index}`)
  const longAgo = new Date(Date.now() - 3_600_000)
  const configurations = await Promise.all(ids.map((id) => configuration(id, 'Registered')))
  await db.subordinate.createMany({
    data: ids.map((entityId, index) => ({
      entityId,
      entityTypes: ['openid_relying_party'],
      metadata: metadata('Registered'),
      jwks: keys as object,
      entityConfiguration: configurations[index] ?? '',
      entityConfigurationExpiresAt: new Date(Date.now() + 3_600_000),
      lastCheckedAt: longAgo,
    })),
  })
  return {
    ids,
    requests,
    configuration,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
