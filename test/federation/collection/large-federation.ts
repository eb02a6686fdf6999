/** Many entities behind one HTTP server on loopback, in three levels, with a shared key for speed. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buildEntityConfiguration, ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { createLocalSigner, signJwt } from '#core/jws.ts'
import { generateSigningKey, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { relyingParty } from '#test/helpers/entity.ts'

export type LargeFederation = {
  keys: JwkSet
  /** The subordinates of the anchor. */
  top: string[]
  /** All entities, sorted. */
  all: string[]
  close(): Promise<void>
}

/** `width` Intermediates below the anchor, as many below each of them, and `leaves` below each of those. */
export async function startLargeFederation(
  anchor: string,
  { width, leaves }: { width: number; leaves: number },
): Promise<LargeFederation> {
  const key = await generateSigningKey('ES256')
  const signer = await createLocalSigner(key)
  const keys = { keys: [toPublicJwk(key)] }
  const answers = new Map<string, { body: string; type: string }>()
  const server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '')
    response.writeHead(answer ? 200 : 404, { 'content-type': answer?.type ?? 'text/plain' }).end(answer?.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  const base = `http://127.0.0.1:${address.port}`
  const all: string[] = []

  async function add(path: string, superior: string, subordinates: string[]): Promise<void> {
    const id = base + path
    const isLeaf = subordinates.length === 0
    const endpoints = { federation_fetch_endpoint: `${id}/fetch`, federation_list_endpoint: `${id}/list` }
    const iat = Math.floor(Date.now() / 1000)
    const claims = buildEntityConfiguration({
      entityId: id,
      iat,
      exp: iat + 3600,
      keys,
      metadata: isLeaf ? relyingParty : { federation_entity: endpoints },
      authorityHints: [superior],
    })
    const body = await signJwt(claims, { key: signer, typ: ENTITY_STATEMENT_TYP })
    answers.set(`${path}/.well-known/openid-federation`, { body, type: 'application/entity-statement+jwt' })
    answers.set(`${path}/list`, { body: JSON.stringify(subordinates), type: 'application/json' })
    all.push(id)
  }

  const below = (path: string, count: number) => Array.from({ length: count }, (_, at) => `${path}/${at}`)
  const tops = below('', width)
  for (const path of tops) {
    const middles = below(path, width)
    await add(
      path,
      anchor,
      middles.map((each) => base + each),
    )
    for (const middle of middles) {
      const lowest = below(middle, leaves)
      await add(
        middle,
        base + path,
        lowest.map((each) => base + each),
      )
      for (const leaf of lowest) await add(leaf, base + middle, [])
    }
  }
  return {
    keys,
    top: tops.map((path) => base + path),
    all: all.sort(),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
