/** Examines an entity as a candidate for registration: fetches its configuration and runs every check (§3.2, §6, §9). */
import {
  type EntityStatement,
  parseEntityStatement,
  validateEntityStatement,
} from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { verifySignature } from '#core/jws.ts'
import { type JwkSet, keyExpiry } from '#core/keys.ts'
import { applySuperiorMetadata, checkIssuer, type Metadata } from '#core/metadata.ts'
import { describeTypeFaults, findTypeFaults } from '#core/metadata-types.ts'
import { checkConstraints, findExceededLimits, resolveMetadata } from '#core/trust-chain/index.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Settings } from '#server/database/typed-row.ts'
import type { StatementSubject } from '#server/publish/build.ts'
import type { FindCarriedMarks } from '#server/services/entity/carried-marks.ts'
import { isOfOwnIssuer } from '#server/services/entity/chain-fault.ts'
import { createChecklist, type EntityCheck, entityChecks } from '#server/services/entity/checks.ts'
import { prospectiveChain } from '#server/services/entity/prospective-chain.ts'
import { adviceForFetch } from '#server/services/entity/resolution-advice.ts'

/** The claims of the Subordinate Statement that the entity does not declare. */
export type Registration = Omit<StatementSubject, 'entityId' | 'jwks'> & {
  requiredTrustMarks: readonly string[]
}

export type Examination = {
  entityId: string
  checks: EntityCheck[]
  statement: EntityStatement | null
  /** After the superior's metadata, constraints and policy (§6.1.4.2). */
  resolvedMetadata: Metadata | null
}

type Input = {
  entityId: string
  /** Keys obtained out of band; the configuration must verify with them. */
  jwks?: JwkSet | undefined
  registration: Registration
  registered: boolean
  settings: Settings
  /** Types of the marks that we issued to the entity and that are valid. */
  trustMarkTypes: readonly string[]
  /** Finds the valid marks in its configuration. */
  carriedMarks: FindCarriedMarks
  /** Of this Trust Anchor. */
  anchor: string
  allowHttp: boolean
  now: number
  /** Returns its Entity Configuration. @throws FetchError */
  fetch(): Promise<string>
}

type Checklist = ReturnType<typeof createChecklist>

export async function examineEntity(input: Input): Promise<Examination> {
  const checklist = createChecklist()
  if (input.registered) checklist.warn('NOT_REGISTERED', 'The entity is already registered here.')
  else checklist.pass('NOT_REGISTERED', 'The entity is not registered here.')
  const statement = await fetchStatement(input, checklist)
  let resolvedMetadata: Metadata | null = null
  if (statement) {
    checkLimits(statement, checklist)
    checkIdentityAndTimes(statement, input, checklist)
    await checkSignature(statement, input, checklist)
    checkAuthorityHint(statement, input, checklist)
    checkMetadata(statement, input, checklist)
    checkMetadataTypes(statement, input, checklist)
    resolvedMetadata = checkRegistration(statement, input, checklist)
    await checkRequiredTrustMarks(statement, input, checklist)
  }
  return { entityId: input.entityId, checks: checklist.list(), statement, resolvedMetadata }
}

async function fetchStatement(input: Input, checklist: Checklist): Promise<EntityStatement | null> {
  let jwt: string
  try {
    jwt = await input.fetch()
    checklist.pass('REACHABLE', 'Its Entity Configuration was fetched.')
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    checklist.fail('REACHABLE', error.message, {
      isTransient: error.retryable,
      advice: adviceForFetch(error, entityChecks.REACHABLE.advice),
    })
    return null
  }
  return tryCheck(checklist, 'STATEMENT', 'Type, header and claims follow the specification.', () =>
    parseEntityStatement(jwt, { allowHttp: input.allowHttp }),
  )
}

/** Resolvers would refuse it, or ignore the rest. */
function checkLimits(statement: EntityStatement, checklist: Checklist): void {
  const exceeded = findExceededLimits(statement)
  if (exceeded.length > 0) checklist.fail('LIMITS', exceeded.join(' '))
  else checklist.pass('LIMITS', 'Its size and its numbers of keys and authority hints are within the limits.')
}

function checkIdentityAndTimes(statement: EntityStatement, input: Input, checklist: Checklist): void {
  const { iss, sub } = statement.claims
  const { entityId, now } = input
  if (iss === entityId && sub === entityId) checklist.pass('IDENTITY', 'Issuer and subject are the entity.')
  else
    checklist.fail(
      'IDENTITY',
      `The statement was issued by ${iss} about ${sub}, not by and about ${entityId}.`,
    )
  tryCheck(checklist, 'TIMES', 'Issued in the past and not expired.', () =>
    validateEntityStatement(statement, { now, issuer: iss, subject: sub }),
  )
}

async function checkSignature(statement: EntityStatement, input: Input, checklist: Checklist): Promise<void> {
  const verify = (keys: JwkSet) =>
    verifySignature(statement, keys, { now: input.now }).then(() => null, asFederationError)
  const own = await verify(statement.claims.jwks)
  if (own) checklist.fail('SIGNATURE', own.message)
  else checklist.pass('SIGNATURE', `Verified with the key ${statement.header.kid}.`)
  if (!input.jwks) {
    checklist.skip('KEYS', 'No keys were given to compare with.')
    return
  }
  const given = await verify(input.jwks)
  const key = input.jwks.keys.find(({ kid }) => kid === statement.header.kid)
  const expiry = key ? keyExpiry(key) : Infinity
  if (given) checklist.fail('KEYS', `With the keys you were given: ${given.message}`)
  else if (expiry <= input.now) {
    const when = new Date(expiry * 1000).toISOString()
    const message = `Its key ${statement.header.kid} expired at ${when}. The entity must sign with another one.`
    checklist.fail('KEYS', message)
  } else checklist.pass('KEYS', 'The Entity Configuration verifies with the keys you were given.')
}

function checkAuthorityHint(statement: EntityStatement, { anchor }: Input, checklist: Checklist): void {
  const hints = statement.claims.authority_hints ?? []
  if (hints.includes(anchor)) checklist.pass('AUTHORITY_HINT', `Its authority_hints contain ${anchor}.`)
  else {
    const message = `Its authority_hints name ${listHints(hints)}. The entity must add ${anchor}.`
    checklist.fail('AUTHORITY_HINT', message)
  }
}

/** In a message that is stored and shown. */
const MAX_LISTED = 5

function listHints(hints: readonly string[]): string {
  if (hints.length === 0) return 'nothing'
  const others = hints.length - MAX_LISTED
  return hints.slice(0, MAX_LISTED).join(', ') + (others > 0 ? ` and ${others} others` : '')
}

function checkMetadata(statement: EntityStatement, { entityId }: Input, checklist: Checklist): void {
  const { metadata } = statement.claims
  const types = Object.keys(metadata ?? {})
  if (!metadata || types.length === 0) {
    checklist.fail('METADATA', 'The entity declares no Entity Type. It needs metadata for at least one.')
    return
  }
  checklist.pass('METADATA', `Declares ${types.join(', ')}.`)
  tryCheck(checklist, 'ISSUER', 'Its metadata declares no other issuer.', () =>
    checkIssuer(metadata, entityId),
  )
}

/**
 * Of what others see: an operator can correct a parameter with forced metadata. A registered entity gets a warning only,
 * because resolvers accept it.
 */
function checkMetadataTypes(statement: EntityStatement, input: Input, checklist: Checklist): void {
  const { metadata = {} } = statement.claims
  if (Object.keys(metadata).length === 0) return
  const forced = input.registration.forcedMetadata ?? undefined
  const message = describeTypeFaults(findTypeFaults(applySuperiorMetadata(metadata, forced)))
  if (message === null) checklist.pass('METADATA_TYPES', 'Every registered parameter has its type.')
  else if (input.registered) checklist.warn('METADATA_TYPES', message)
  else checklist.fail('METADATA_TYPES', message)
}

/** Applies the resolver's rules to the statement that we would publish. */
function checkRegistration(statement: EntityStatement, input: Input, checklist: Checklist): Metadata | null {
  const { entityId, registration, jwks = statement.claims.jwks } = input
  const subordinate = { ...registration, entityId, jwks }
  const chain = prospectiveChain(statement, { ...input, subordinate })
  if (
    !tryCheck(checklist, 'CONSTRAINTS', 'No constraint is broken.', () => checkConstraints(chain) ?? true)
  ) {
    return null
  }
  try {
    const metadata = resolveMetadata(chain)
    checklist.pass('METADATA_POLICY', 'The resolved metadata satisfies the policy.')
    return metadata
  } catch (error) {
    const { message } = asFederationError(error)
    if (isOfOwnIssuer(error, chain)) checklist.skip('METADATA_POLICY', 'Its issuer is refused before.')
    else checklist.fail('METADATA_POLICY', message)
    return null
  }
}

const allRequired = 'It has every required Trust Mark.'

/** Our own marks count once issued, others only if the configuration contains them. */
async function checkRequiredTrustMarks(
  statement: EntityStatement,
  { registration: { requiredTrustMarks }, trustMarkTypes, carriedMarks }: Input,
  checklist: Checklist,
): Promise<void> {
  if (requiredTrustMarks.length === 0) return checklist.skip('TRUST_MARKS', 'No Trust Mark is required.')
  const notOurs = requiredTrustMarks.filter((type) => !trustMarkTypes.includes(type))
  try {
    if (notOurs.length === 0) return checklist.pass('TRUST_MARKS', allRequired)
    const { types, leftOut } = await carriedMarks(statement)
    const missing = notOurs.filter((type) => !types.includes(type))
    if (missing.length === 0) return checklist.pass('TRUST_MARKS', allRequired)
    const names = missing.join(', ')
    const message = `No valid Trust Mark of type ${names} was issued to the entity here, and its configuration contains no valid one.`
    checklist.fail('TRUST_MARKS', leftOut ? `${message} ${leftOut}` : message)
  } catch (error) {
    checklist.fail('TRUST_MARKS', asFederationError(error).message, { isTransient: true })
  }
}

/** Passes when `check` returns, fails with its sentence when it throws a FederationError. */
function tryCheck<T>(
  checklist: Checklist,
  name: Parameters<Checklist['pass']>[0],
  message: string,
  check: () => T,
): T | null {
  try {
    const result = check()
    checklist.pass(name, message)
    return result
  } catch (error) {
    checklist.fail(name, asFederationError(error).message)
    return null
  }
}

function asFederationError(error: unknown): FederationError {
  if (error instanceof FederationError) return error
  throw error
}
