/**
 * The signed manifest of an export: which files there are, by the root of their hash tree, and that they were current at a time.
 */
import { z } from 'zod'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { type ParsedJwt, parseJwt, verifySignature } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import { type Clock, checkValidity } from '#core/validity.ts'
import { type Child, childSchema } from './node.ts'

export const MANIFEST_TYP = 'inmor-manifest+jwt'

/** Seconds for which a manifest says that its files are current. */
export const MANIFEST_LIFE = 600

/** Milliseconds by which an announcement may arrive earlier at one process than at another, or their clocks differ. */
export const TOLERANCE_MS = 250

const writtenUntilSchema = z.object({ files: z.number(), lists: z.number() })

/** Milliseconds of unix time: what was announced before is in the files, and in those of lists. */
export type WrittenUntil = z.infer<typeof writtenUntilSchema>

const claimsSchema = z.object({
  iss: z.string(),
  iat: z.number(),
  exp: z.number(),
  number: z.int().nonnegative(),
  root: childSchema,
  written_until: writtenUntilSchema,
})

/**
 * `number` grows with each manifest of an anchor. `root` is the SHA-256 of the root node, in hex, with the count of files and the
 * earliest end (unix seconds) for each kind.
 */
export type Manifest = z.infer<typeof claimsSchema>

export const buildManifest = (input: {
  issuer: EntityId
  now: number
  number: number
  root: Child
  until: WrittenUntil
}): Manifest => ({
  iss: input.issuer,
  iat: input.now,
  exp: input.now + MANIFEST_LIFE,
  number: input.number,
  root: input.root,
  written_until: input.until,
})

/** Does not verify the signature. @throws FederationError `invalid_request` */
export function parseManifest(jwt: string): { parsed: ParsedJwt; claims: Manifest } {
  const parsed = parseJwt(jwt, { typ: MANIFEST_TYP })
  const { success, data, error } = claimsSchema.safeParse(parsed.claims)
  if (success) return { parsed, claims: data }
  throw new FederationError('invalid_request', `The manifest is malformed: ${z.prettifyError(error)}`)
}

/** @throws FederationError `invalid_request`, also for a manifest that has ended */
export async function verifyManifest(
  jwt: string,
  { keys, ...clock }: Clock & { keys: JwkSet },
): Promise<Manifest> {
  const { parsed, claims } = parseManifest(jwt)
  await verifySignature(parsed, keys, clock)
  checkValidity(claims, clock, 'The manifest')
  return claims
}
