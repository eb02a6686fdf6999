/** A member of the demo federation: a small HTTP server with its own key and Entity Configuration. */
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import {
  buildEntityConfiguration,
  buildSubordinateStatement,
  ENTITY_STATEMENT_TYP,
} from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, parsePrivateJwk, toPublicJwk } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'

const DAY = 86_400

export type Entity = {
  entityId: string
  /** Adds a subordinate to its fetch and list endpoints. */
  adopt(subordinate: Entity): void
  /** Adds issued Trust Marks to its Entity Configuration. */
  carry(marks: { trust_mark_type: string; trust_mark: string }[]): void
  publicKey: Jwk
  close(): Promise<void>
}

type Options = {
  port: number
  keyFile: string
  superiors: readonly string[]
  metadata: (entityId: string) => Metadata
}

export async function startEntity({ port, keyFile, superiors, metadata }: Options): Promise<Entity> {
  const entityId = `http://localhost:${port}`
  const key = await readOrMakeKey(keyFile)
  const publicKey = toPublicJwk(key)
  const subordinates = new Map<string, Entity>()
  let trustMarks: { trust_mark_type: string; trust_mark: string }[] = []

  const validity = () => {
    const iat = Math.floor(Date.now() / 1000)
    return { iat, exp: iat + 7 * DAY }
  }
  const configuration = () =>
    buildEntityConfiguration({
      ...validity(),
      entityId,
      keys: { keys: [publicKey] },
      metadata: metadata(entityId),
      authorityHints: [...superiors],
      trustMarks,
    })
  const statement = ({ entityId: subject, publicKey }: Entity) =>
    buildSubordinateStatement({ ...validity(), issuer: entityId, subject, keys: { keys: [publicKey] } })

  const sendStatement = async (response: ServerResponse, claims: object) => {
    response.setHeader('content-type', `application/${ENTITY_STATEMENT_TYP}`)
    response.end(await signJwt(claims, { key, typ: ENTITY_STATEMENT_TYP }))
  }
  const sendJson = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', entityId)
    const subject = subordinates.get(searchParams.get('sub') ?? '')
    if (pathname === '/.well-known/openid-federation') return sendStatement(response, configuration())
    if (pathname === '/list' && subordinates.size > 0)
      return sendJson(response, 200, [...subordinates.keys()])
    if (pathname === '/fetch' && subject) return sendStatement(response, statement(subject))
    return sendJson(response, 404, {
      error: 'not_found',
      error_description: `There is no endpoint at ${pathname}.`,
    })
  }

  const server = createServer((request, response) => void answer(request, response))
  await listen(server, port)
  return {
    entityId,
    publicKey,
    adopt: (subordinate) => void subordinates.set(subordinate.entityId, subordinate),
    carry: (marks) => {
      trustMarks = marks
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Reads the stored key, so that a member keeps its identity across starts. */
async function readOrMakeKey(file: string): Promise<Jwk> {
  const text = await readFile(file, 'utf8').catch(() => null) // absent at the first start
  if (text !== null) return parsePrivateJwk(JSON.parse(text))
  const key = await generateSigningKey('ES256')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify(key), { mode: 0o600 })
  return key
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, 'localhost')
  await once(server, 'listening')
}
