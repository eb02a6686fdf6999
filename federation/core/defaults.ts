/** Default values of what an operator may set, shared by the server and its console. */

/** Hours. */
export const YEAR = 8760

/** Hours, and days of retention. */
export const defaultSettings = {
  entityConfigurationHours: 24,
  statementHours: 168,
  maximumStatementHours: YEAR,
  maximumTrustMarkHours: 5 * YEAR,
  runRetentionDays: 90,
}

/** How long Trust Marks of a type are valid and how long before expiry they are renewed, in hours. */
export const defaultTerms = { validFor: YEAR, renewalTime: 48, autorenew: true }
