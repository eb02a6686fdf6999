/** The plan of the scheduled rollover: its settings, their defaults and parsers. */
import { FederationError } from '#core/errors.ts'
import { type SigningAlgorithm, signingAlgorithms } from '#core/keys.ts'
import { type KeyRollover, Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import { field, type Input } from '#server/services/patch.ts'

export const MAXIMUM_MONTHS = 60
export const MAXIMUM_NOTICE_DAYS = 60
export const DEFAULT_NOTICE_DAYS = 7
/** What a held rollover waits for. */
export const HELD = 'An operator holds the rollover.'

export const rolloverFields = {
  months: field(null, integer(1, MAXIMUM_MONTHS, 'months')),
  alg: field(null, parseAlgorithm),
  noticeDays: field(DEFAULT_NOTICE_DAYS, integer(0, MAXIMUM_NOTICE_DAYS, 'days')),
  isHeld: field(false, (isHeld: boolean) => isHeld),
}

export type RolloverInput = Input<typeof rolloverFields> & { version?: number | null | undefined }

/** The algorithm is one that we generate. */
export type RolloverPlan = Omit<KeyRollover, 'id' | 'alg'> & { alg: SigningAlgorithm | null }

/** Version 0: it was never scheduled. */
const none: RolloverPlan = {
  months: null,
  alg: null,
  noticeDays: DEFAULT_NOTICE_DAYS,
  isHeld: false,
  notices: [],
  looks: 0,
  version: 0,
}

export async function readRolloverPlan(db: Database | Transaction): Promise<RolloverPlan> {
  const columns = Prisma.sql`"months", "alg", "noticeDays", "isHeld", "notices", "looks", "version"`
  const [row] = await readTogether<Omit<KeyRollover, 'id'>>(
    db,
    Prisma.sql`SELECT ${columns} FROM "KeyRollover"`,
  )
  return row ? { ...row, alg: findAlgorithm(row.alg) } : none
}

/** Whether the worker does its steps. */
export const isUnderWay = ({ months, isHeld }: RolloverPlan): boolean => months !== null && !isHeld

const findAlgorithm = (alg: string | null) => signingAlgorithms.find((name) => name === alg) ?? null

function parseAlgorithm(given: string): SigningAlgorithm {
  const alg = findAlgorithm(given)
  if (alg) return alg
  throw new FederationError('invalid_request', `must be one of ${signingAlgorithms.join(', ')}.`)
}

function integer(minimum: number, maximum: number, unit: string) {
  return (value: number): number => {
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return value
    throw new FederationError('invalid_request', `must be from ${minimum} to ${maximum} ${unit}.`)
  }
}
