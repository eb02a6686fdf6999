/** The values that operators can set: their defaults and limits, shared by the server and its console. */

/** Hours. */
export const YEAR = 8760

type NumberRow = {
  unit: string
  default: number | null
  minimum: number
  maximum: number
  /** Its description in the API. */
  meaning: string
}

const hours = { unit: 'hours', minimum: 1, maximum: 5 * YEAR }
const days = { unit: 'days', minimum: 1, maximum: 3650 }

/**
 * The settings that are whole numbers. One more needs a row here, a column of the model `Settings`, a label in
 * `web/src/lib/trust-anchor/draft.ts`, and its name in the query of the console's form.
 */
export const hourSettings = {
  entityConfigurationHours: {
    ...hours,
    default: 24,
    meaning: 'The validity of its Entity Configuration in hours.',
  },
  statementHours: {
    ...hours,
    default: 168,
    meaning: 'The default validity of a Subordinate Statement in hours.',
  },
  maximumStatementHours: {
    ...hours,
    default: YEAR,
    meaning: 'The maximum validity of a Subordinate Statement in hours.',
  },
  maximumTrustMarkHours: {
    ...hours,
    default: 5 * YEAR,
    meaning: 'The maximum validity of a Trust Mark in hours.',
  },
  outageBudget: {
    unit: 'hours',
    minimum: 1,
    maximum: 2160,
    default: null,
    meaning:
      'The hours for which everything that is published stays valid without this installation: renewals are planned for that, and an alert says what does not keep it. Null: no budget.',
  },
} satisfies Record<string, NumberRow>

export const minuteSettings = {
  checkMinutes: {
    unit: 'minutes',
    minimum: 5,
    maximum: 1440,
    default: null,
    meaning:
      'The minutes between two checks of a subordinate. Null: three minutes, and up to an hour where there are more than 1,800 subordinates.',
  },
} satisfies Record<string, NumberRow>

export const daySettings = {
  runRetentionDays: { ...days, default: 90, meaning: 'The days for which ended runs are kept.' },
  auditRetentionDays: {
    ...days,
    minimum: 30,
    default: null,
    meaning:
      'The days for which audit entries are kept, at least 30, because the Subordinate Events endpoint serves them; null: forever.',
  },
  historyRetentionDays: {
    ...days,
    default: null,
    meaning:
      'The days for which a published object is kept after another one has replaced it; null: forever.',
  },
} satisfies Record<string, NumberRow>

export const numberSettings = { ...hourSettings, ...minuteSettings, ...daySettings }

export type NumberSetting = keyof typeof numberSettings

/** How long Trust Marks of a type are valid and how long before expiry they are renewed, in hours. */
export const defaultTerms = { validFor: YEAR, renewalTime: 48, autorenew: true }
