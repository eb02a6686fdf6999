/** Recognizes an unreachable database by the errors of Prisma and the driver. */
import { Prisma } from '#prisma/generated/client/client.ts'

/** Prisma's codes: unreachable, timeout, missing database, closed by the server, pool or transaction timeout. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1003', 'P1008', 'P1017', 'P2024', 'P2028'])

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
