/** What may be set about a Trust Mark and about a type of them, as forms hold it and as the API takes it. */

import type { Stored } from '#lib/form/stored.ts'
import type { UpdateTrustMarkInput, UpdateTrustMarkTypeInput } from '#lib/gql/graphql.ts'
import type { Outcome, Refusal } from '#lib/graphql/refusal.ts'
import { parseJsonObject, pretty } from '#lib/json/json.ts'

interface MarkHours {
  /** Hours; empty for the default. */
  validFor: string
  renewalTime: string
  autorenew: boolean
}

export interface MarkSettings extends MarkHours {
  /** JSON text. */
  additionalClaims: string
}

export interface TypeSettings extends MarkHours {
  description: string
  ref: string
  logoUri: string
  active: boolean
  /** JSON text. */
  owner: string
}

export const markLabels: Readonly<Record<keyof MarkSettings, string>> = {
  additionalClaims: 'additional claims',
  validFor: 'validity',
  renewalTime: 'time of renewal',
  autorenew: 'renewal',
}

export const typeLabels: Readonly<Record<keyof TypeSettings, string>> = {
  description: 'description',
  ref: 'reference',
  logoUri: 'logo',
  validFor: 'validity',
  renewalTime: 'time of renewal',
  autorenew: 'renewal',
  active: 'whether it is issued',
  owner: 'owner',
}

export const emptyType = (): TypeSettings => ({
  description: '',
  ref: '',
  logoUri: '',
  validFor: '',
  renewalTime: '',
  autorenew: true,
  active: true,
  owner: '',
})

interface ReadHours {
  version: number
  validFor: number
  renewalTime: number
  autorenew: boolean
}

interface ReadType extends ReadHours {
  description?: string | null
  ref?: string | null
  logoUri?: string | null
  active: boolean
  owner?: unknown
}

const hoursOf = ({ validFor, renewalTime, autorenew }: ReadHours): MarkHours => ({
  validFor: String(validFor),
  renewalTime: String(renewalTime),
  autorenew,
})

export const storedMark = (mark: ReadHours & { additionalClaims?: unknown }): Stored<MarkSettings> => ({
  version: mark.version,
  fields: {
    ...hoursOf(mark),
    additionalClaims: mark.additionalClaims ? pretty(mark.additionalClaims) : '',
  },
})

export const storedType = (type: ReadType): Stored<TypeSettings> => ({
  version: type.version,
  fields: {
    ...hoursOf(type),
    description: type.description ?? '',
    ref: type.ref ?? '',
    logoUri: type.logoUri ?? '',
    active: type.active,
    owner: type.owner ? pretty(type.owner) : '',
  },
})

const wholeNumbers = ['validFor', 'renewalTime'] as const
const texts = ['description', 'ref', 'logoUri'] as const

/** Numbers as the API takes them; what is none is refused at its field. */
function parseHours(
  fields: Partial<MarkHours>,
): Outcome<{ validFor?: number | null; renewalTime?: number | null }> {
  const parsed: Record<string, number | null> = {}
  for (const name of wholeNumbers) {
    const text = fields[name]
    if (text === undefined) continue
    if (/\D/.test(text)) return refused(name, `“${text}” is not a whole number.`)
    parsed[name] = text === '' ? null : Number(text)
  }
  return { value: parsed }
}

export function markInput(fields: Partial<MarkSettings>): Outcome<Omit<UpdateTrustMarkInput, 'id'>> {
  const hours = parseHours(fields)
  if (hours.refusal) return hours
  const claims = parseJsonObject(fields.additionalClaims ?? '')
  if (claims.problem !== undefined) return refused('additionalClaims', claims.problem)
  return {
    value: {
      ...hours.value,
      ...(fields.autorenew !== undefined && { autorenew: fields.autorenew }),
      ...(fields.additionalClaims !== undefined && { additionalClaims: claims.value ?? null }),
    },
  }
}

export function typeInput(fields: Partial<TypeSettings>): Outcome<Omit<UpdateTrustMarkTypeInput, 'id'>> {
  const hours = parseHours(fields)
  if (hours.refusal) return hours
  const owner = parseJsonObject(fields.owner ?? '')
  if (owner.problem !== undefined) return refused('owner', owner.problem)
  const given = texts.filter((name) => fields[name] !== undefined)
  return {
    value: {
      ...hours.value,
      ...Object.fromEntries(given.map((name) => [name, fields[name]?.trim() || null])),
      ...(fields.autorenew !== undefined && { autorenew: fields.autorenew }),
      ...(fields.active !== undefined && { active: fields.active }),
      ...(fields.owner !== undefined && { owner: owner.value ?? null }),
    },
  }
}

const refused = (field: string, message: string): { refusal: Refusal } => ({
  refusal: { message, path: [field] },
})
