/** The embedded database: PGlite served on a loopback port, so that the ordinary driver reaches it. */
import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

export type EmbeddedDatabase = { url: string; close(): Promise<void> }

/** PGlite is one session inside: connections take turns, statement by statement or transaction by transaction. */
const MAXIMUM_CONNECTIONS = 50

/** Opens (or creates) the database in `directory`, or one in memory when none is given. */
export async function startEmbeddedDatabase(directory?: string): Promise<EmbeddedDatabase> {
  if (directory) await mkdir(directory, { recursive: true, mode: 0o700 })
  const db = await PGlite.create(directory ?? 'memory://', { extensions: { pg_trgm } })
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
