/** Recognizes a database that cannot make a change, or answer, by the errors of Prisma and the driver. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { refusals } from '#server/error/operation-error.ts'

/** What an error says about the database. */
export type DatabaseState = 'full' | 'readOnly' | 'busy' | 'unreachable'

/** What to answer. It claims nothing about what was stored before. */
export const sentences: Readonly<Record<DatabaseState, string>> = {
  full: `${refusals.full.join('. ')}, then try again.`,
  readOnly: `${refusals.readOnly.join('. ')}, then try again.`,
  busy: 'The database did not answer in time. Try again in a moment.',
  unreachable: 'The database is unreachable. Try again in a moment.',
}

/** By the beginning of the SQLSTATE (PostgreSQL, appendix A); the longest one counts. Other states are faults of the server. */
export const sqlStates: Readonly<Record<string, DatabaseState>> = {
  // Broken connection.
  '08': 'unreachable',
  // During a restore.
  '3D000': 'unreachable',
  // Shutting down or starting.
  '57P': 'unreachable',
  '25006': 'readOnly',
  // Conflict with another transaction, or deadlock.
  '40': 'busy',
  // Out of memory or connections.
  '53': 'busy',
  '53100': 'full',
  '55P03': 'busy',
  '57014': 'busy',
}

/** Prisma's codes: unreachable, timeout, missing database, closed by the server; no free connection, too late, conflict. */
const prismaCodes: Readonly<Record<string, DatabaseState>> = {
  P1001: 'unreachable',
  P1002: 'unreachable',
  P1003: 'unreachable',
  P1008: 'unreachable',
  P1017: 'unreachable',
  P2024: 'busy',
  P2028: 'busy',
  P2034: 'busy',
}

/** Kinds of the driver adapter, wrapped in other codes of Prisma. */
const adapterKinds: Readonly<Record<string, DatabaseState>> = {
  DatabaseNotReachable: 'unreachable',
  ConnectionClosed: 'unreachable',
  DatabaseDoesNotExist: 'unreachable',
  SocketTimeout: 'unreachable',
  TooManyConnections: 'busy',
  TransactionWriteConflict: 'busy',
}

const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'])

/** Messages of the driver for a lost connection; these errors have no code. */
const driverMessages = /^(Connection terminated|Client has encountered a connection error)/

/** The driver's message when no connection was free in time; the error has no code. */
const NO_FREE_CONNECTION = 'timeout exceeded when trying to connect'

/** What the error says about the database; null: it is another error. */
export function stateOf(error: unknown): DatabaseState | null {
  if (!(error instanceof Error)) return null
  if (error instanceof Prisma.PrismaClientInitializationError) return 'unreachable'
  const code = 'code' in error ? String(error.code) : ''
  const cause = adapterCauseOf(error)
  const ofCause = cause && (adapterKinds[cause.kind] ?? ofSqlState(cause.originalCode))
  if (ofCause) return ofCause
  if (error instanceof Prisma.PrismaClientKnownRequestError) return prismaCodes[code] ?? null
  if (error.message === NO_FREE_CONNECTION) return 'busy'
  if (driverMessages.test(error.message) || socketCodes.has(code)) return 'unreachable'
  return ofSqlState(code)
}

/** For an outage; null for another error. */
export function explainDatabaseOutage(error: unknown): string | null {
  const state = stateOf(error)
  return state && sentences[state]
}

/** The database is unreachable or busy, so what failed may succeed later. */
export function isDatabaseOutage(error: unknown): boolean {
  const state = stateOf(error)
  return state === 'unreachable' || state === 'busy'
}

function ofSqlState(code: string): DatabaseState | null {
  if (code.length !== 5) return null
  return sqlStates[code] ?? sqlStates[code.slice(0, 3)] ?? sqlStates[code.slice(0, 2)] ?? null
}

/** The driver adapter's description of an error, which Prisma keeps in `meta`, or throws itself within a transaction. */
function adapterCauseOf(error: Error): { kind: string; originalCode: string } | null {
  const wrapped =
    error instanceof Prisma.PrismaClientKnownRequestError ? error.meta?.driverAdapterError : error
  const cause = wrapped instanceof Error ? wrapped.cause : null
  if (typeof cause !== 'object' || cause === null || !('kind' in cause)) return null
  return {
    kind: String(cause.kind),
    originalCode: 'originalCode' in cause ? String(cause.originalCode) : '',
  }
}
