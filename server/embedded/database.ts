/** The embedded database: PGlite served on a loopback port, so that the ordinary driver reaches it. */
import { mkdir } from 'node:fs/promises'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

export type EmbeddedDatabase = { url: string; close(): Promise<void> }

/** PGlite is one session inside: connections take turns, statement by statement or transaction by transaction. */
const MAXIMUM_CONNECTIONS = 100

/** Messages of the extended query protocol that belong to a query which Sync has yet to end. */
const withinQuery = new Set([...'PBDECH'].map((type) => type.charCodeAt(0)))

/**
 * The socket server gives turns message by message, and keeps the turn only in a transaction. A query is several
 * messages that share the session's one unnamed statement, so until its Sync it counts as a transaction here.
 */
class TurnKeepingPGlite extends PGlite {
  #isWithinQuery = false

  override isInTransaction(): boolean {
    return this.#isWithinQuery || super.isInTransaction()
  }

  override async execProtocolRawStream(...args: Parameters<PGlite['execProtocolRawStream']>): Promise<void> {
    this.#isWithinQuery = withinQuery.has(args[0][0] ?? 0)
    await super.execProtocolRawStream(...args)
  }
}

/** Opens (or creates) the database in `directory`, or one in memory when none is given: that of `loadDataDir`, or an empty one. */
export async function startEmbeddedDatabase(
  directory?: string,
  loading: Pick<PGliteOptions, 'loadDataDir'> = {},
): Promise<EmbeddedDatabase> {
  if (directory) await mkdir(directory, { recursive: true, mode: 0o700 })
  const db = new TurnKeepingPGlite(directory ?? 'memory://', { extensions: { pg_trgm }, ...loading })
  await db.waitReady
  const server = new PGLiteSocketServer({
    db,
    host: '127.0.0.1',
    port: 0,
    maxConnections: MAXIMUM_CONNECTIONS,
  })
  await server.start()
  const url = `postgresql://postgres:postgres@${server.getServerConn()}/postgres?sslmode=disable`
  return {
    url,
    async close() {
      await server.stop()
      await db.close()
    },
  }
}
