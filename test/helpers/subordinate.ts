/** Creates entities on loopback to register at an admin server, and reads their published statements. */
import { createLocalJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import { onTestFinished } from 'vitest'
import type { JwkSet } from '#core/keys.ts'
import type { GraphQLAnswer, TestAdmin } from '#test/helpers/admin.ts'
import { type EntityOptions, relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'

/** A valid Relying Party that names the Trust Anchor as its superior; it ends with its test. */
export async function startLeaf(admin: TestAdmin, options: EntityOptions = {}): Promise<TestEntity> {
  const { leaf, close } = await below(admin.entityId).leaf(options).start()
  onTestFinished(close)
  return leaf
}

const SELECTION = 'id version validFor autorenew active state lastError jwks resolvedMetadata'

/** The same for the test file, or for its `describe`. */
export const memberInFile = (admin: TestAdmin): TestEntity =>
  inFile(() => startEntity({ metadata: relyingParty, authorityHints: [admin.entityId] }))

type Registered = NonNullable<GraphQLAnswer['data']>

/** Registers an entity, which must succeed. */
export async function register(
  admin: TestAdmin,
  { id: entityId }: Pick<TestEntity, 'id'>,
  input: object = {},
): Promise<Registered> {
  const result = await admin.mutate('registerSubordinate', { entityId, ...input }, SELECTION)
  if (result.__typename !== 'RegisterSubordinateSuccess') throw new Error(JSON.stringify(result))
  await admin.server.publisher.flush(10_000) // the mutation waits for a second only
  return result
}

/** A registered leaf, with what the registration answers. */
export async function registerLeaf(admin: TestAdmin, input: object = {}, options: EntityOptions = {}) {
  const leaf = await startLeaf(admin, options)
  return { ...(await register(admin, leaf, input)), leaf } as Registered & { leaf: TestEntity }
}

/** The Subordinate Statement as served, verified with `jose` alone; the status when none is served. */
export async function servedStatement(admin: TestAdmin, sub: string): Promise<JWTPayload | number> {
  const response = await admin.get('/fetch', { sub })
  if (!response.ok) return response.status
  return verifiedByAnchor(admin, await response.text(), 'entity-statement+jwt')
}

/** The same of one that is served. */
export async function statementOf(admin: TestAdmin, sub: string): Promise<JWTPayload> {
  const served = await servedStatement(admin, sub)
  if (typeof served === 'number') throw new Error(`/fetch answered ${served}`)
  return served
}

/** The Trust Anchor's Entity Configuration as served. */
export async function servedConfiguration(admin: TestAdmin): Promise<JWTPayload> {
  const response = await admin.get('/.well-known/openid-federation')
  return verifiedByAnchor(admin, await response.text(), 'entity-statement+jwt')
}

/** The claims of a JWT that verifies with the keys that the Trust Anchor publishes. */
export async function verifiedByAnchor(admin: TestAdmin, jwt: string, typ: string): Promise<JWTPayload> {
  const response = await admin.get('/.well-known/openid-federation')
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(await response.text())
  return (await jwtVerify(jwt, createLocalJWKSet(jwks), { typ })).payload
}

export async function listed(admin: TestAdmin): Promise<string[]> {
  return (await admin.get('/list')).json() as Promise<string[]> // §8.2.2
}
