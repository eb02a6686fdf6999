/** Tests the product with real services in DATABASE_URL and REDIS_URL. */
import { expect, test } from 'vitest'
import { startDatabase } from '#test/helpers/database.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import {
  connectAdmin,
  eventually,
  type Installation,
  inmor,
  makeInstallation,
  startProduct,
} from '#test/helpers/product.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { mutate } from './mutation.ts'

/** Registers an entity, which the federation server then lists. */
async function register(installation: Installation) {
  const { federationUrl } = installation
  const entity = await startEntity({ authorityHints: [federationUrl], metadata: relyingParty })
  const admin = await connectAdmin(installation)
  await mutate(admin, 'registerSubordinate', { entityId: entity.id }, 'entityId')
  await eventually(async () => expect(await list(installation)).toEqual([entity.id]))
  return { id: entity.id, admin, close: () => entity.close() }
}

async function list({ federationUrl }: Installation): Promise<unknown> {
  const response = await fetch(`${federationUrl}/list`)
  return response.ok ? response.json() : response.status
}

test('publishes a change made while a real Redis is unavailable when it is back', {
  tags: 'fault/redis-away',
}, async () => {
  const [redis, installation] = [await startRedis(), await makeInstallation()]
  const product = await startProduct(installation, { REDIS_URL: redis.url })
  expect(product.stdout()).toContain('Redis at REDIS_URL')
  const { admin, close } = await register(installation)
  expect(await redis.client.exists('inmor:entity_id')).toBe(1)
  await eventually(async () => expect(await redis.client.exists('inmor:manifest')).toBe(1))

  await redis.stop()
  await mutate(admin, 'createTrustMarkType', { type: 'https://ta.example/member' }, 'type')
  const fromFiles = () => fetch(`${installation.federationUrl}/list`)
  await eventually(async () => {
    const { status, headers } = await fromFiles()
    expect({ status, hasAge: headers.has('age') }).toEqual({ status: 200, hasAge: true })
  })
  await redis.restart() // empty
  await eventually(async () => expect(await redis.client.hlen('inmor:subordinates')).toBe(1))
  const configuration = async () => redis.client.get('inmor:entity_id').then((jwt) => claimsOf(String(jwt)))
  await eventually(async () =>
    expect((await configuration()).trust_mark_issuers).toHaveProperty(['https://ta.example/member']),
  )
  expect(await product.stop()).toEqual({ code: 0, signal: null })
  await Promise.all([close(), redis.close()])
})

test('keeps registered entities in a real PostgreSQL; a start needs nothing else', async ({ skip }) => {
  skip(!process.env.DATABASE_URL, 'DATABASE_URL names no PostgreSQL to test on')
  const [database, redis, installation] = [
    await startDatabase(),
    await startRedis(),
    await makeInstallation(),
  ]
  const environment = { DATABASE_URL: database.url, REDIS_URL: redis.url }
  const first = await startProduct(installation, environment)
  expect(first.stdout()).toContain('PostgreSQL at DATABASE_URL')
  expect(first.password).not.toBeNull()
  expect(first.stdout()).not.toContain('redis-server child')

  const { id, close } = await register(installation)
  // As in a shell where the variable is set for both.
  const args = ['user', 'list', '--only=username']
  const users = await inmor({ environment: { ...installation.environment, ...environment } }, args)
  expect(users).toEqual({ code: 0, stdout: 'admin\n', stderr: '' })
  first.kill('SIGKILL')
  await first.ended
  await redis.restart() // empty
  const second = await startProduct(installation, environment)
  expect(second.password).toBeNull()
  expect(await list(installation)).toEqual([id])
  expect(await second.stop()).toEqual({ code: 0, signal: null })
  await Promise.all([close(), redis.close(), database.close()])
})

function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(jwt.split('.')[1]), 'base64url').toString())
}
