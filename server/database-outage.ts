/** Tells a database that cannot be reached from a fault of ours, by what Prisma and the driver make of it. */
import { Prisma } from '#prisma/generated/client/client.ts'

/** Prisma's: not reachable, timed out, closed by the server, no connection or transaction to be had in time. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'])

/** Those of the driver adapter, which come inside of other codes of Prisma's. */
const adapterKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
])

/** SQLSTATE of a connection that broke, and of a server that goes down or comes up (PostgreSQL, appendix A). */
const outageStates = /^(08...|57P0[1-5])$/

const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'])

/** What the driver throws when a connection ends under it; these errors have no code. */
const driverMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    return prismaCodes.has(error.code) || isAdapterOutage(error.meta?.driverAdapterError)
  }
  if (!(error instanceof Error)) return false
  return driverMessages.test(error.message) || ('code' in error && socketCodes.has(String(error.code)))
}

function isAdapterOutage(error: unknown): boolean {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined
  if (typeof cause !== 'object' || cause === null || !('kind' in cause)) return false
  const state = 'originalCode' in cause ? String(cause.originalCode) : ''
  return adapterKinds.has(String(cause.kind)) || outageStates.test(state)
}
