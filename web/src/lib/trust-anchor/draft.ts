/** Describes the settings of the Trust Anchor and of the federation as a form. */
import { type NumberSetting, numberSettings } from '#core/defaults.ts'
import { mapRows } from '#core/map-rows.ts'
import { choice, type FieldsOf, jsonObject, list, text, type Values, wholeNumber } from '#lib/form/field.ts'
import type { Environment, FederationEndpoint, UpdateTrustAnchorInput } from '#lib/gql/graphql.ts'
import { isRecord } from '#lib/json/json.ts'

/** The API returns the marks with their types, and takes only the JWTs. */
const jwtsOf = (marks: unknown): string[] =>
  Array.isArray(marks)
    ? marks.flatMap((mark) =>
        isRecord(mark) && typeof mark.trust_mark === 'string' ? [mark.trust_mark] : [],
      )
    : []

/** The label of each number, and its hint. */
const numberLabels: Record<NumberSetting, [label: string, hint?: string]> = {
  entityConfigurationHours: ['Entity Configuration'],
  statementHours: ['Subordinate Statements'],
  maximumStatementHours: ['Longest statement validity'],
  maximumTrustMarkHours: ['Longest Trust Mark validity'],
  outageBudget: [
    'Outage budget',
    'Everything that is published stays valid for at least so long if this installation stands still. Renewals are planned for it, and an alert says what does not keep it. Empty: no budget.',
  ],
  checkMinutes: [
    'Minutes between checks',
    `Each subordinate is fetched this often, from ${numberSettings.checkMinutes.minimum} minutes to a day. Empty: three minutes, and up to an hour where there are many.`,
  ],
  runRetentionDays: [
    'Days of runs',
    `Counted from their end. Empty: ${numberSettings.runRetentionDays.default} days.`,
  ],
  auditRetentionDays: [
    'Days of the audit log',
    'At least 30 days, because the Subordinate Events endpoint serves them. Empty: kept forever.',
  ],
  historyRetentionDays: [
    'Days of published objects',
    'Counted from their replacement or withdrawal. Empty: kept forever.',
  ],
}

/** How the console shows an anchor. */
export const lookFields = {
  displayName: text('Name', 'What this anchor is called here. It is not published.'),
  environment: choice<Environment>('Environment'),
  color: choice<string>('Color'),
}

export type AnchorLook = Values<typeof lookFields>

export const anchorFields = {
  ...lookFields,
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
  ...mapRows(numberSettings, (name) => wholeNumber(...numberLabels[name])),
} satisfies FieldsOf<UpdateTrustAnchorInput>

export type AnchorSettings = Values<typeof anchorFields>
