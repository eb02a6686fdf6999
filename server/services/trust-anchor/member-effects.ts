/** Applies the present and a proposed policy of the federation to the stored configuration of each active member. */
import {
  type EntityStatement,
  type EntityStatementClaims,
  parseEntityStatement,
} from '#core/entity-statement/index.ts'
import { parseMetadataPolicy } from '#core/metadata-policy/index.ts'
import { prepareResolution } from '#core/trust-chain/index.ts'
import { toUnix } from '#server/clock.ts'
import { ahead } from '#server/database/ahead.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings, Subordinate } from '#server/database/typed-row.ts'
import { parseField } from '#server/error/operation-error.ts'
import { subordinateStatementClaims } from '#server/publish/build.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { type Resolved, resolveContent } from '#server/services/entity/chain-fault.ts'
import { type Affected, createReach } from '#server/services/trust-anchor/policy-reach.ts'

/** Rows per page. Each takes some microseconds, in which the process answers no request. */
const PAGE = 1_000
/** Limit memory: beyond them, results are computed again. */
const MAX_TERMS = 20
const MAX_RESULTS = 2_000

/** Metadata without the parameters that no policy names. Equal members share one. */
export type BothResolved = { before: Resolved; after: Resolved }
export type MemberPage = { id: number; effect: BothResolved }[]

/** The settings now, and with the proposed policy. */
export type BothPolicies = { present: Settings; proposed: Settings }

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'now'>
type Row = {
  id: number
  entityId: string
  entityConfiguration: string
  /** Its own terms as JSON; null: none. */
  terms: string | null
  isFaulty: boolean
}
/** What its Subordinate Statement says of it alone. Additional claims count only if they may be at fault. */
type Terms = Pick<Subordinate, 'forcedMetadata' | 'metadataPolicy' | 'constraints' | 'additionalClaims'>

/** @throws InvalidInputError for a policy that is none */
export async function readBothPolicies(db: Database, given: unknown): Promise<BothPolicies> {
  const metadataPolicy = parseField('policy', () => parseMetadataPolicy(given, { path: ['policy'] }))
  const present = await readSettings(db)
  return { present, proposed: { ...present, metadataPolicy } }
}

/** Yields pages in the order of the keys, after this one. */
export async function* memberEffects(
  context: Context,
  both: BothPolicies,
  after = 0,
): AsyncGenerator<MemberPage> {
  const examine = remembering(MAX_TERMS, (terms: string | null) =>
    createExaminer(termsOf(terms), both, context),
  )
  for await (const rows of ahead(readRows(context.db, after)))
    yield rows.map((row) => ({ id: row.id, effect: examine(row.terms)(row) }))
}

async function* readRows(db: Database, after: number): AsyncGenerator<Row[]> {
  for (let id = after; ; ) {
    const rows = await readPage(db, id)
    const last = rows.at(-1)
    if (!last) return
    yield rows
    id = last.id
  }
}

/** `isFaulty`: the evaluation of all members could not read its configuration, or not build its statement. */
const readPage = (db: Database, after: number): Promise<Row[]> => db.$queryRaw`
  SELECT "id", "entityId", "entityConfiguration", "isFaulty",
    CASE WHEN coalesce("forcedMetadata", "metadataPolicy", "constraints", "claims") IS NOT NULL
      THEN jsonb_build_object('forcedMetadata', "forcedMetadata", 'metadataPolicy', "metadataPolicy",
        'constraints', "constraints", 'additionalClaims', "claims")::text END AS "terms"
  FROM "Subordinate", LATERAL (SELECT "unresolvableCode" IS NOT DISTINCT FROM 'STATEMENT' AS "isFaulty") AS f,
    LATERAL (SELECT CASE WHEN "isFaulty" THEN "additionalClaims" END AS "claims") AS c
  WHERE "active" AND "id" > ${after} ORDER BY "id" LIMIT ${PAGE}`

const noTerms: Terms = {
  forcedMetadata: null,
  metadataPolicy: null,
  constraints: null,
  additionalClaims: null,
}
const termsOf = (terms: string | null): Terms => (terms === null ? noTerms : JSON.parse(terms)) // parsed when written

/** Of members with the same terms. */
function createExaminer(terms: Terms, { present, proposed }: BothPolicies, context: Context) {
  const policies = [present.metadataPolicy, proposed.metadataPolicy, terms.metadataPolicy ?? {}]
  const hasNamingConstraints = [present, terms].some(({ constraints }) => constraints?.naming_constraints)
  const reduce = createReach({ policies, forced: terms.forcedMetadata ?? {}, hasNamingConstraints })
  const now = createResolution(terms, present, context)
  const then = createResolution(terms, proposed, context)
  const resolve = (read: () => EntityStatement, entityId: string): BothResolved => {
    return { before: now(read, entityId), after: then(read, entityId) }
  }
  const resolveReduced = remembering(MAX_RESULTS, (reduced: string) => {
    const affected: Affected = JSON.parse(reduced)
    return resolve(() => toConfiguration(affected), affected.entityId)
  })
  return ({ entityId, entityConfiguration, isFaulty }: Row): BothResolved => {
    const claims = isFaulty ? null : readClaims(entityConfiguration)
    if (!claims)
      return resolve(() => parseEntityStatement(entityConfiguration, { allowHttp: true }), entityId)
    const { sub, metadata = {} } = claims
    return resolveReduced(JSON.stringify(reduce({ sub, entityId, metadata })))
  }
}

/** Builds once what does not depend on the member. */
function createResolution(terms: Terms, settings: Settings, { entityId: anchor, now }: Context) {
  const subordinate = { ...terms, entityId: anchor, jwks: { keys: [] }, validFor: null }
  const input = { entityId: anchor, settings, subordinate, now: toUnix(now()) }
  let claims: EntityStatementClaims | undefined
  let applySuperior: ReturnType<typeof prepareResolution> | undefined
  return (read: () => EntityStatement, sub: string): Resolved => {
    const build = () => {
      const configuration = read()
      claims ??= subordinateStatementClaims(input)
      return [configuration, { ...unsigned, claims: { ...claims, sub } }] as const
    }
    return resolveContent(build, ([configuration, ...superiors]) => {
      applySuperior ??= prepareResolution(superiors)
      return applySuperior(configuration)
    })
  }
}

/** The claims of a stored configuration, which was parsed when it was stored; null if they cannot be decoded. */
function readClaims(jwt: string): EntityStatementClaims | null {
  try {
    const [, claims = ''] = jwt.split('.')
    return JSON.parse(Buffer.from(claims, 'base64url').toString())
  } catch {
    return null
  }
}

const unsigned = { jwt: '', header: { alg: '', kid: '', typ: '' } }

const toConfiguration = ({ sub, metadata }: Affected): EntityStatement => ({
  ...unsigned,
  claims: { iss: sub, sub, iat: 0, exp: 0, jwks: { keys: [] }, metadata },
})

/** Computes each value once, while there are few. */
function remembering<Key, Value>(limit: number, compute: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= limit) known.clear()
    const value = compute(key)
    known.set(key, value)
    return value
  }
}
