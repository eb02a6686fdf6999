/** Tells a database that cannot be reached from a fault of ours, by what Prisma and the driver make of it. */
import { Prisma } from '#prisma/generated/client/client.ts'

/** Prisma's: not reachable, timed out, not there, closed by the server, nothing to be had in time. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1003', 'P1008', 'P1017', 'P2024', 'P2028'])

/** Those of the driver adapter, which come inside of other codes of Prisma's. */
const adapterKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'DatabaseDoesNotExist', // as while it is restored
  'SocketTimeout',
  'TooManyConnections',
])

/** SQLSTATE of a connection that broke, a database that is not there, and a server that goes down or comes up. */
const outageStates = /^(08...|3D000|57P0[1-5])$/

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
  const code = 'code' in error ? String(error.code) : ''
  return driverMessages.test(error.message) || socketCodes.has(code) || outageStates.test(code)
}

function isAdapterOutage(error: unknown): boolean {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined
  if (typeof cause !== 'object' || cause === null || !('kind' in cause)) return false
  const state = 'originalCode' in cause ? String(cause.originalCode) : ''
  return adapterKinds.has(String(cause.kind)) || outageStates.test(state)
}
