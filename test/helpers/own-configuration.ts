/** Publishes an Entity Configuration of another time in place of the one of an anchor. */
import { signJwt } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { redisKeys } from '#store/keys.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

/** In hours: how long ago it was signed, and for how long it was valid then. Returns the JWT. */
export async function publishAged(
  { entityId, redis }: TestAdmin,
  { age, life }: { age: number; life: number },
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000 - age * 3600)
  const claims = { iss: entityId, sub: entityId, iat, exp: iat + life * 3600 }
  const jwt = await signJwt(claims, { key: await generateSigningKey('ES256'), typ: 'entity-statement+jwt' })
  await redis.client.set(redisKeys().entityConfiguration, jwt)
  return jwt
}
