/** Serves PGlite as the embedded database on a loopback port, for the ordinary driver. */
import { mkdir } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

export type EmbeddedDatabase = { url: string; close(): Promise<void> }

/** PGlite has one session: connections take turns by statement or transaction. */
const MAXIMUM_CONNECTIONS = 100

/** PGlite touches all of its buffers when it starts: PostgreSQL's default of 128 MB would take 128 MB of memory. */
const SMALL_BUFFERS = ['-c', 'shared_buffers=16MB']

/**
 * WebAssembly stays with V8's baseline compiler. The optimizing one takes 600 MB and seconds of processor time for one
 * function of PGlite, and an import of 1 000 members is not faster with it. Each flag closes one of two ways into it.
 */
for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag)

/** Messages of the extended query protocol between the start of a query and its Sync. */
const withinQuery = new Set([...'PBDECH'].map((type) => type.charCodeAt(0)))

/**
 * Keeps the turn of a connection until the Sync of its query. The socket server gives turns by message and keeps them
 * only in a transaction, but the messages of a query share the session's one unnamed statement.
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

/** Opens or creates the database in `directory`; without one, a database in memory, loaded from `loadDataDir` if given. */
export async function startEmbeddedDatabase(
  directory?: string,
  loading: Pick<PGliteOptions, 'loadDataDir'> = {},
): Promise<EmbeddedDatabase> {
  if (directory) await mkdir(directory, { recursive: true, mode: 0o700 })
  const db = new TurnKeepingPGlite(directory ?? 'memory://', {
    extensions: { pg_trgm },
    startParams: [...PGlite.defaultStartParams, ...SMALL_BUFFERS],
    ...loading,
  })
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
