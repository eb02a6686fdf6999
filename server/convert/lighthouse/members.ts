/** Reads the subordinates of lighthouse with what it states about them. */
import type { z } from 'zod'
import { parseEntityId } from '#core/entity-id.ts'
import { parseClaims } from '#core/entity-statement/claims.ts'
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import type { MetadataPolicy } from '#core/metadata-policy/index.ts'
import type { Failures } from '#server/convert/failures.ts'
import {
  type AdminApi,
  answers,
  claimsOf,
  keySetOf,
  parseAnswer,
} from '#server/convert/lighthouse/admin-api.ts'
import { memberOf, type SourceMember } from '#server/convert/source.ts'
import { inParallel } from '#server/jobs/in-parallel.ts'

const CONCURRENCY = 8
const anyScheme = { allowHttp: true }

type Details = z.output<typeof answers.member>
type Context = { api: AdminApi; failures: Failures; signal: AbortSignal; anchor: string; life: number }

/** `waiting`: those that ask to be registered. They are no members. `policies`: as they are stated. */
export type ReadMembers = { members: SourceMember[]; waiting: number; policies: MetadataPolicy[] }

/** @throws BadSourceError, FetchError */
export async function readMembers(context: Context): Promise<ReadMembers> {
  const { api, failures, signal } = context
  const all = parseAnswer(answers.members, await api.get('/subordinates'), api.urlOf('/subordinates'))
  const registered = all.filter(({ status }) => status !== 'pending')
  const ofAll = await criticalClaims(api, '/subordinates/additional-claims')
  const found: ReadMembers = { members: [], waiting: all.length - registered.length, policies: [] }
  await inParallel(registered, CONCURRENCY, signal, async ({ id }) => {
    const path = `/subordinates/${encodeURIComponent(id)}`
    await failures.attempt(api.urlOf(path), async () => {
      const details = parseAnswer(answers.member, await api.get(path), api.urlOf(path))
      const claims = claimsOf(details.additional_claims)
      const own = Object.keys(claims).length > 0 ? await criticalClaims(api, `${path}/additional-claims`) : []
      const critical = [...own, ...ofAll].filter((name) => name in claims)
      const statement = statementOf(details, claims, { ...context, critical })
      found.policies.push(statement.metadata_policy ?? {})
      const isActive = details.status === 'active'
      const note = details.description ? { note: details.description } : {}
      found.members.push({ ...memberOf(statement), active: isActive, ...note })
    })
  })
  return found
}

/** The names of the claims that readers of a statement must know. */
async function criticalClaims(api: AdminApi, path: string): Promise<string[]> {
  const rows = parseAnswer(answers.claimRows, await api.find(path), api.urlOf(path)) ?? []
  return rows.filter(({ crit }) => crit).map(({ claim }) => claim)
}

/** The statement that lighthouse makes of a subordinate, parsed as any other. @throws FederationError */
function statementOf(
  details: Details,
  additional: Record<string, unknown>,
  { anchor, life, critical }: Context & { critical: readonly string[] },
): EntityStatementClaims {
  const { entity_id: sub, jwks, metadata, constraints } = details
  const policy = details.metadata_policy ?? details.metadata_policies
  const claims = {
    ...additional,
    iss: anchor,
    sub: parseEntityId(sub, anyScheme),
    iat: 0,
    exp: life,
    jwks: keySetOf(jwks),
    ...present({ metadata, metadata_policy: policy, constraints }),
    ...(critical.length > 0 ? { crit: [...new Set(critical)] } : {}),
  }
  return parseClaims(claims, anyScheme)
}

const present = (claims: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined && value !== null))
