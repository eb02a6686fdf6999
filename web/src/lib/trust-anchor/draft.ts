/** What an administrator says about the Trust Anchor and the whole federation, as a form holds it and as the API takes it. */

import type { Stored } from '#lib/form/stored.ts'
import type { FederationEndpoint, UpdateTrustAnchorInput } from '#lib/gql/graphql.ts'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { isRecord, parseJsonObject, pretty } from '#lib/json/json.ts'

const claims = [
  'organization',
  'constraints',
  'trustMarkIssuers',
  'trustMarkOwners',
  'trustAnchors',
  'endpointAuthMethods',
] as const

const numbers = [
  'entityConfigurationHours',
  'statementHours',
  'maximumStatementHours',
  'maximumTrustMarkHours',
  'runRetentionDays',
  'auditRetentionDays',
] as const

/** Claims as JSON text, hours and days as digits: what is typed is kept, also while it is neither. */
type Texts = Record<(typeof claims)[number] | (typeof numbers)[number], string>

export interface AnchorSettings extends Texts {
  organizationName: string
  authorityHints: string[]
  trustAnchorHints: string[]
  /** Signed JWTs. */
  trustMarks: string[]
  endpoints: FederationEndpoint[]
}

export const anchorLabels: Readonly<Record<keyof AnchorSettings, string>> = {
  organizationName: 'organization name',
  organization: 'organization',
  authorityHints: 'authority hints',
  trustAnchorHints: 'Trust Anchor hints',
  trustMarks: 'Trust Marks',
  trustMarkIssuers: 'Trust Mark issuers',
  trustMarkOwners: 'Trust Mark owners',
  constraints: 'constraints',
  trustAnchors: 'foreign Trust Anchors',
  endpoints: 'endpoints',
  endpointAuthMethods: 'client authentication',
  entityConfigurationHours: 'validity of the Entity Configuration',
  statementHours: 'validity of statements',
  maximumStatementHours: 'maximum of statements',
  maximumTrustMarkHours: 'maximum of Trust Marks',
  runRetentionDays: 'retention of runs',
  auditRetentionDays: 'retention of the audit log',
}

/** What the API sends. */
export type ReadAnchor = Record<(typeof claims)[number], unknown> &
  Record<(typeof numbers)[number], number | null | undefined> & {
    version: number
    organizationName?: string | null
    authorityHints: string[]
    trustAnchorHints: string[]
    trustMarks: unknown
    endpoints: FederationEndpoint[]
  }

/** The marks stand with their types; the API takes the JWTs alone. */
const marksOf = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.flatMap((mark) =>
        isRecord(mark) && typeof mark.trust_mark === 'string' ? [mark.trust_mark] : [],
      )
    : []

const textOf = (claim: unknown) => (isRecord(claim) && Object.keys(claim).length > 0 ? pretty(claim) : '')

export function storedAnchor(anchor: ReadAnchor): Stored<AnchorSettings> {
  const texts = [
    ...claims.map((name) => [name, textOf(anchor[name])]),
    ...numbers.map((name) => [name, String(anchor[name] ?? '')]),
  ]
  return {
    version: anchor.version,
    fields: {
      ...(Object.fromEntries(texts) as Texts), // one of each name
      organizationName: anchor.organizationName ?? '',
      authorityHints: anchor.authorityHints,
      trustAnchorHints: anchor.trustAnchorHints,
      trustMarks: marksOf(anchor.trustMarks),
      endpoints: anchor.endpoints,
    },
  }
}

/** Refuses, at its field, what is not JSON or not a number; all else is for the server to judge. */
export function anchorInput(fields: Partial<AnchorSettings>): Outcome<UpdateTrustAnchorInput> {
  const input: Record<string, unknown> = { ...fields }
  for (const name of claims) {
    const text = fields[name]
    if (text === undefined) continue
    const { value, problem } = parseJsonObject(text)
    if (problem !== undefined) return { refusal: { message: problem, path: [name] } }
    input[name] = value ?? null
  }
  for (const name of numbers) {
    const text = fields[name]
    if (text === undefined) continue
    if (/\D/.test(text)) return { refusal: { message: `“${text}” is not a whole number.`, path: [name] } }
    input[name] = text === '' ? null : Number(text)
  }
  if (fields.organizationName !== undefined) input.organizationName = fields.organizationName.trim() || null
  return { value: input }
}
