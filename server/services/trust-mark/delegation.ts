/** The owner's delegation to this anchor: checked as verifiers do, and signed here if this anchor is the owner (§7.2). */
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import { signJwt } from '#core/jws.ts'
import {
  buildDelegation,
  TRUST_MARK_DELEGATION_TYP,
  type TrustMarkOwner,
  verifyDelegation,
} from '#core/trust-mark/index.ts'
import type { TrustMarkType } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import { typedTrustMarkType } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'

export type Delegation = {
  jwt: string
  /** Unix seconds; Infinity if it never expires. A mark must not outlive it. */
  expires: number
}

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp' | 'signingKeys' | 'now'>
type OwnedType = Pick<TrustMarkType, 'type' | 'owner'>

/** A type with an owner always needs a delegation (§7.3 step 8). @throws InvalidInputError */
export async function parseDelegation(
  context: Context,
  type: OwnedType,
  given: string | null,
): Promise<Delegation | null> {
  const owner = await findOwner(context, type)
  if (owner)
    return given === null ? delegateToSelf(context, type, owner) : verify(context, type, owner, given)
  if (given) throw refuse('This type has no owner, so its marks carry no delegation.')
  return null
}

/** For another JWT of a mark: the delegation that it was issued with, if its type still has an owner. */
export function renewDelegation(
  context: Context,
  type: OwnedType,
  previous: string | null,
): Promise<Delegation | null> {
  return findOwner(context, type).then((owner) =>
    parseDelegation(context, type, owner && owner.sub !== context.entityId ? previous : null),
  )
}

/** As in our Entity Configuration, by which verifiers judge. */
async function findOwner({ db }: Context, type: OwnedType): Promise<TrustMarkOwner | null> {
  const { owner } = typedTrustMarkType(type)
  return owner ?? getMember((await readSettings(db)).trustMarkOwners, type.type) ?? null
}

async function delegateToSelf(
  { entityId, signingKeys, now }: Context,
  { type }: OwnedType,
  owner: TrustMarkOwner,
): Promise<Delegation> {
  if (owner.sub !== entityId) throw refuse('Marks of this type need a delegation by its owner.')
  await signingKeys.refresh() // another process may have changed them
  const claims = buildDelegation({ owner: entityId, issuer: entityId, type, iat: toUnix(now()) })
  const { signer } = signingKeys.current()
  return { jwt: await signJwt(claims, { key: signer, typ: TRUST_MARK_DELEGATION_TYP }), expires: Infinity }
}

async function verify(
  { entityId, allowHttp, signingKeys, now }: Context,
  { type }: OwnedType,
  { sub: owner, jwks }: TrustMarkOwner,
  jwt: string,
): Promise<Delegation> {
  const ownerKeys = owner === entityId ? signingKeys.current().statementKeys : jwks
  const options = { owner, ownerKeys, issuer: entityId, type, allowHttp, now: toUnix(now()) }
  try {
    const { exp = Infinity } = (await verifyDelegation(jwt, options)).claims
    // The clock-skew allowance accepts one that has just expired, under which no mark would be valid.
    if (exp <= options.now) throw refuse('The delegation has just expired.')
    return { jwt, expires: Math.floor(exp) }
  } catch (error) {
    if (error instanceof FederationError) throw refuse(error.message)
    throw error
  }
}

const refuse = (message: string) => new InvalidInputError(message, 'delegation')
