/** Tells the admin side what an export has, as inmor-export does. */
import { signJwt } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { buildManifest, MANIFEST_TYP } from '#federation/files/manifest.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

/** `now` and the ends in unix seconds. */
export async function announceExport(
  { entityId, redis }: TestAdmin,
  now: number,
  kinds: Record<string, readonly [count: number, end: number | null]>,
): Promise<void> {
  const copies = Object.entries(kinds).map(([kind, [count, end]]) => [kind, [count, end]] as const)
  const root = {
    hash: '0'.repeat(64),
    kinds: Object.fromEntries(copies) as Record<string, [number, number | null]>,
  }
  const claims = buildManifest({
    issuer: entityId,
    now,
    number: now,
    root,
    until: { files: now * 1000, lists: now * 1000 },
  })
  const jwt = await signJwt(claims, { key: await generateSigningKey('ES256'), typ: MANIFEST_TYP })
  await redis.client.set('inmor:manifest', jwt)
}
