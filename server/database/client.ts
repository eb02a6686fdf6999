/** The connection to PostgreSQL. */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { connectionConfig } from '#prisma/connection.ts'
import { Prisma, PrismaClient } from '#prisma/generated/client/client.ts'

export type Database = PrismaClient
/** What a write gets: a client inside a transaction. */
export type Transaction = Prisma.TransactionClient

export function createPool(url: string): pg.Pool {
  return new pg.Pool({ ...connectionConfig(url), max: 10, connectionTimeoutMillis: 10_000 })
}

/** Disconnecting ends the pool too. */
export function connectDatabase(place: string | pg.Pool): Database {
  const pool = typeof place === 'string' ? createPool(place) : place
  return new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: true }),
    errorFormat: 'minimal', // the pretty one quotes the arguments of the call, and lines of our code
  })
}

/** A JSON column distinguishes "no value" from the JSON value null; we only ever mean the former. */
export function jsonOrNull(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  // Values come from parsed JSON, so they are JSON; Prisma's type cannot know.
  return value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue)
}
