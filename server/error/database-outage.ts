/** Recognizes a database that is unreachable, busy or full by the errors of Prisma and the driver. */
import { Prisma } from '#prisma/generated/client/client.ts'

/** Prisma's codes: unreachable, timeout, missing database, closed by the server. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1003', 'P1008', 'P1017'])

/** Prisma's codes: no connection was free in time; a transaction did not begin, or end, in time. */
const busyCodes = new Set(['P2024', 'P2028'])

/** The driver's message when no connection was free in time; the error has no code. */
const NO_FREE_CONNECTION = 'timeout exceeded when trying to connect'

/** Kinds of the driver adapter, wrapped in other codes of Prisma. */
const adapterKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'DatabaseDoesNotExist', // during a restore
  'SocketTimeout',
  'TooManyConnections',
])

/** SQLSTATE: broken connection, missing database, server shutting down or starting. */
const outageStates = /^(08...|3D000|57P0[1-5])$/

const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'])

/** Messages of the driver for a lost connection; these errors have no code. */
const driverMessages = /^(Connection terminated|Client has encountered a connection error)/

/** SQLSTATE: disk full. */
const FULL = '53100'

/** What to answer during an outage; null for another error. It claims nothing about what was stored before. */
export function explainDatabaseOutage(error: unknown): string | null {
  if (isDatabaseFull(error)) return 'The database is out of disk space. Free space, then try again.'
  if (isDatabaseBusy(error)) return 'The database is busy. Try again in a moment.'
  return isDatabaseOutage(error) ? 'The database is unreachable. Try again in a moment.' : null
}

/** The database refused a statement for want of space, and has rolled back its transaction. */
export function isDatabaseFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && error.code === FULL) return true
  return stateOf(adapterCauseOf(error)) === FULL
}

/** The database answers, but not in time. A transaction was rolled back. */
export function isDatabaseBusy(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) return busyCodes.has(error.code)
  return error instanceof Error && error.message === NO_FREE_CONNECTION
}

/** The database is unreachable or busy, so what failed may succeed later. */
export function isDatabaseOutage(error: unknown): boolean {
  if (isDatabaseBusy(error)) return true
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    return prismaCodes.has(error.code) || isAdapterOutage(adapterCauseOf(error))
  }
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return driverMessages.test(error.message) || socketCodes.has(code) || outageStates.test(code)
}

/** The driver adapter's description of an error, which Prisma keeps in `meta`, or throws itself within a transaction. */
function adapterCauseOf(error: Error): object | null {
  const wrapped =
    error instanceof Prisma.PrismaClientKnownRequestError ? error.meta?.driverAdapterError : error
  const cause = wrapped instanceof Error ? wrapped.cause : null
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? cause : null
}

function stateOf(cause: object | null): string {
  return cause && 'originalCode' in cause ? String(cause.originalCode) : ''
}

function isAdapterOutage(cause: object | null): boolean {
  if (!cause || !('kind' in cause)) return false
  return adapterKinds.has(String(cause.kind)) || outageStates.test(stateOf(cause))
}
