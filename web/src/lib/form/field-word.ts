/** Writes the API's names of fields in a sentence as the forms label them. */

/** In the middle of a sentence. Words that are plain English already, such as `note`, are not here. */
const words: Readonly<Record<string, string>> = {
  validFor: 'the validity',
  renewalTime: 'the renewal before expiry',
  forcedMetadata: 'the forced metadata',
  metadataPolicy: 'the metadata policy',
  additionalClaims: 'the additional claims',
  requiredTrustMarks: 'the required Trust Marks',
  organizationId: 'the organization',
  organizationName: 'the organization name',
  displayName: 'the name',
  logoUri: 'the logo',
  autorenew: 'the automatic renewal',
  statusList: 'the status list',
  addTags: 'the added tags',
  removeTags: 'the removed tags',
  entityId: 'the Entity Identifier',
  entityIds: 'the entities',
  trustMarkType: 'the Trust Mark type',
  entityConfigurationHours: 'the validity of the Entity Configuration',
  statementHours: 'the validity of Subordinate Statements',
  maximumStatementHours: 'the longest statement validity',
  maximumTrustMarkHours: 'the longest Trust Mark validity',
  outageBudget: 'the outage budget',
  checkMinutes: 'the number of minutes between checks',
  runRetentionDays: 'the number of days of runs',
  auditRetentionDays: 'the number of days of the audit log',
  historyRetentionDays: 'the number of days of published objects',
  authorityHints: 'the authority hints',
  trustAnchorHints: 'the Trust Anchor hints',
  trustMarks: 'the Trust Marks',
  trustMarkIssuers: 'the trusted issuers',
  trustMarkOwners: 'the owners',
  trustAnchors: 'the pinned keys',
  endpointAuthMethods: 'the client authentication',
  validForHours: 'the number of hours that a change waits',
  passkeyHours: 'the number of hours until a passkey counts',
  breakGlass: 'the execution without a second person',
  breakGlassHours: 'the number of hours of the delay',
  commandLine: 'the choice for the command line',
  anchorRoles: 'the roles in anchors',
  newPassword: 'the new password',
  identifierScheme: 'the scheme',
}

const names = new RegExp(`\\b(${Object.keys(words).join('|')})\\b(\\.(?=\\w)|\\[)?`, 'g')

/** `validFor must be at least 1 hour.` is `The validity must be at least 1 hour.` */
export const fieldsInWords = (sentence: string) =>
  sentence.replace(names, (_match, name: string, inside: string | undefined, at: number) => {
    const word = words[name] ?? name
    const begins = at === 0 || sentence.slice(0, at).endsWith('. ')
    const shown = begins ? word.replace(/^./, (letter) => letter.toUpperCase()) : word
    return inside === undefined ? shown : `${shown} at ${inside === '[' ? '[' : ''}`
  })
