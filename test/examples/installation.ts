/** A product for the examples, with an API key of each role, entities to register, and a chat. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { connectAdmin, startProduct } from '#test/helpers/product.ts'
import type { Environment } from './example.ts'

const roles = ['VIEWER', 'OPERATOR', 'ADMIN'] as const
export type Role = (typeof roles)[number]

export type Installation = {
  adminUrl: string
  admin: AdminClient
  environment(role: Role): Environment
  makeKey(role: Role): Promise<{ key: string; id: string }>
  /** The identifier of an entity that can be registered, or that names another superior. */
  makeMember(superior?: string): Promise<string>
  close(): Promise<void>
}

const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { ... on CreateApiKeySuccess { key apiKey { id } } }
}`

export async function startInstallation(): Promise<Installation> {
  const product = await startProduct()
  const { adminUrl, federationUrl } = product.installation
  const admin = await connectAdmin(product.installation)
  const entities: TestEntity[] = []

  async function makeKey(role: Role): Promise<{ key: string; id: string }> {
    const input = { username: 'admin', name: crypto.randomUUID(), role }
    type Created = { createApiKey: { key: string; apiKey: { id: string } } }
    const { createApiKey } = await admin<Created>(CREATE_KEY, { input })
    const { key, apiKey } = createApiKey
    return { key, id: apiKey.id }
  }
  const made = await Promise.all(roles.map(async (role) => [role, (await makeKey(role)).key] as const))
  const keys = new Map(made)

  return {
    adminUrl,
    admin,
    makeKey,
    environment: (role) => ({ INMOR_URL: adminUrl, INMOR_KEY: keys.get(role) ?? '' }),
    async makeMember(superior = federationUrl) {
      const entity = await startEntity({ metadata: relyingParty, authorityHints: [superior] })
      entities.push(entity)
      return entity.id
    },
    async close() {
      await Promise.all(entities.map((entity) => entity.close()))
      await product.stop()
    },
  }
}

/** Receives what is posted to a chat, until the test ends. */
export async function startChat(): Promise<{ url: string; texts: string[] }> {
  const texts: string[] = []
  const server = createServer(async (request, response) => {
    const { text } = (await json(request)) as { text: string }
    texts.push(text)
    response.end('ok')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, texts }
}
