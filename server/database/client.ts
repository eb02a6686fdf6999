/** The connection to PostgreSQL. */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { connectionConfig } from '#prisma/connection.ts'
import { Prisma, PrismaClient } from '#prisma/generated/client/client.ts'

export type Database = PrismaClient
/** A client inside a transaction. */
export type Transaction = Prisma.TransactionClient

/** Milliseconds. A busy machine needs more than Prisma's 2,000 and 5,000, for example to create the tables of an anchor. */
const limits = {
  /** Until a connection is there, new or free. */
  connection: 10_000,
  transaction: { maxWait: 10_000, timeout: 20_000 },
}

/** `patience`: milliseconds until a connection is there. */
export function createPool(url: string, { max = 10, patience = limits.connection } = {}): pg.Pool {
  const pool = new pg.Pool({ ...connectionConfig(url), max, connectionTimeoutMillis: patience })
  // An idle connection that breaks is replaced. Queries report an outage.
  pool.on('error', () => undefined)
  // The pool does not listen any more to a connection that it ends.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool.setMaxListeners(0) // the client of each anchor listens
}

/** A given pool stays open when the client disconnects. */
export function connectDatabase(place: string | pg.Pool): Database {
  const isOwn = typeof place === 'string'
  return createClient(new PrismaPg(isOwn ? createPool(place) : place, { disposeExternalPool: isOwn }))
}

/** Every client is made here, so that all have the same limits. */
export function createClient(adapter: PrismaPg): Database {
  // The pretty format of errors quotes arguments and source lines.
  return new PrismaClient({ adapter, errorFormat: 'minimal', transactionOptions: limits.transaction })
}

/** A JSON column distinguishes SQL NULL from the JSON value null; we use SQL NULL only. */
export function jsonOrNull(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  // Values come from parsed JSON, which Prisma's type does not express.
  return value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue)
}
