/**
 * Connects to a database URL. Like libpq, it accepts several hosts, a primary and its standbys: each new connection goes
 * to the one that accepts writes. After a failover old connections break, and new ones find the promoted standby.
 */
import pg from 'pg'

/** Milliseconds for a connection that is not of a pool. */
const CONNECTION_TIMEOUT_MS = 10_000
/** Milliseconds for a host to answer whether it accepts writes. */
const PROBE_TIMEOUT_MS = 3_000

const form =
  /^(?<start>postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)(?<hosts>[^@/?#]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/

/** One URL per host; empty if the text is not a PostgreSQL URL. */
export function databaseHosts(url: string): string[] {
  const { start = '', hosts = '', path = '', query = '' } = form.exec(url)?.groups ?? {}
  const parameters = new URLSearchParams(query)
  // Read-write is the only mode that we support.
  const target = parameters.get('target_session_attrs') ?? 'read-write'
  parameters.delete('target_session_attrs')
  const rest = parameters.size > 0 ? `?${parameters}` : ''
  const urls = hosts.split(',').map((host) => `${start}${host}${path}${rest}`)
  return ['read-write', 'primary'].includes(target) && urls.every((each) => URL.canParse(each)) ? urls : []
}

/** Options for a pool of `pg`. */
export function connectionConfig(url: string): { connectionString: string; Client?: typeof pg.Client } {
  const urls = databaseHosts(url)
  const [first = url] = urls
  return { connectionString: first, ...(urls.length > 1 ? { Client: seekingClient(urls) } : {}) }
}

/** A single client, without a pool. Its calls report that the connection is lost. */
export function createClient(url: string): pg.Client {
  const { Client = pg.Client, ...config } = connectionConfig(url)
  const client = new Client({ ...config, connectionTimeoutMillis: CONNECTION_TIMEOUT_MS })
  return client.on('error', () => {}) // without a listener it would end the process
}

function seekingClient(urls: readonly string[]): typeof pg.Client {
  return class extends pg.Client {
    override connect(): Promise<pg.Client>
    override connect(callback: (error: Error) => void): void
    override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
      const connecting = findWritable(urls).then((found) => {
        this.host = found.host
        this.port = found.port
        return super.connect()
      })
      if (!callback) return connecting
      connecting.then(() => (callback as () => void)(), callback) // without an error it has succeeded
      return undefined
    }
  }
}

type Place = Pick<pg.Client, 'host' | 'port'>

/** @throws the refusal of a host if there is one, else an error that no host accepts writes */
async function findWritable(urls: readonly string[]): Promise<Place> {
  try {
    return await Promise.any(urls.map(askForWrites))
  } catch (error) {
    const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error]
    const refusal = reasons.find((reason) => reason instanceof pg.DatabaseError)
    throw (
      refusal ?? Object.assign(new Error('No host of the database accepts writes'), { code: 'ECONNREFUSED' })
    )
  }
}

async function askForWrites(connectionString: string): Promise<Place> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: PROBE_TIMEOUT_MS })
  client.on('error', () => {}) // the awaited calls report it
  try {
    await client.connect()
    const { rows } = await client.query<{ answer: string }>({
      text: `SELECT current_setting('transaction_read_only') AS answer`,
      query_timeout: PROBE_TIMEOUT_MS,
    } as pg.QueryConfig) // missing in the driver's types
    if (rows[0]?.answer !== 'off') throw new Error('does not accept writes')
    return { host: client.host, port: client.port }
  } finally {
    client.end().catch(() => {})
  }
}
