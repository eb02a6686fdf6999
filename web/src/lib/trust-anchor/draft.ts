/** Describes the settings of the Trust Anchor and of the federation as a form. */
import { defaultSettings } from '#core/defaults.ts'
import { jsonObject, list, text, type Values, wholeNumber } from '#lib/form/field.ts'
import type { FederationEndpoint } from '#lib/gql/graphql.ts'
import { isRecord } from '#lib/json/json.ts'

/** The API returns the marks with their types, and takes only the JWTs. */
const jwtsOf = (marks: unknown): string[] =>
  Array.isArray(marks)
    ? marks.flatMap((mark) =>
        isRecord(mark) && typeof mark.trust_mark === 'string' ? [mark.trust_mark] : [],
      )
    : []

export const anchorFields = {
  organizationName: text('Organization name'),
  organization: jsonObject('Further information'),
  authorityHints: list(
    'Authority hints',
    'The superiors of this Trust Anchor, if it is an Intermediate in other federations.',
  ),
  trustAnchorHints: list('Trust Anchor hints', 'The Trust Anchors above those superiors.'),
  trustMarks: list('Trust Marks', undefined, jwtsOf),
  endpoints: list<FederationEndpoint>('Endpoints'),
  endpointAuthMethods: jsonObject('Client authentication'),
  constraints: jsonObject('Constraints'),
  trustMarkIssuers: jsonObject('Trusted issuers'),
  trustMarkOwners: jsonObject('Owners'),
  trustAnchors: jsonObject('Pinned keys'),
  entityConfigurationHours: wholeNumber('Entity Configuration'),
  statementHours: wholeNumber('Subordinate Statements'),
  maximumStatementHours: wholeNumber('Longest statement validity'),
  maximumTrustMarkHours: wholeNumber('Longest Trust Mark validity'),
  runRetentionDays: wholeNumber(
    'Days of runs',
    `Counted from their end. Empty: ${defaultSettings.runRetentionDays} days.`,
  ),
  auditRetentionDays: wholeNumber(
    'Days of the audit log',
    'At least 30 days, because the Subordinate Events endpoint serves them. Empty: kept forever.',
  ),
}

export type AnchorSettings = Values<typeof anchorFields>
