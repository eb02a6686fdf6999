/**
 * How a database URL is connected to. It may name several hosts, as libpq has it: a primary and its standbys, of which
 * every new connection seeks the one that takes writes. After a failover the connections of before break, and the next
 * ones find the standby that was promoted.
 */
import pg from 'pg'

/** Milliseconds for a host to say whether it takes writes. */
const PROBE_TIMEOUT_MS = 3_000

const form =
  /^(?<start>postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)(?<hosts>[^@/?#]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/

/** One URL for each host named; none when the text is no URL of a PostgreSQL. */
export function databaseHosts(url: string): string[] {
  const { start = '', hosts = '', path = '', query = '' } = form.exec(url)?.groups ?? {}
  const parameters = new URLSearchParams(query)
  // What there is to say about the session when there are several: it is always that.
  const target = parameters.get('target_session_attrs') ?? 'read-write'
  parameters.delete('target_session_attrs')
  const rest = parameters.size > 0 ? `?${parameters}` : ''
  const urls = hosts.split(',').map((host) => `${start}${host}${path}${rest}`)
  return ['read-write', 'primary'].includes(target) && urls.every((each) => URL.canParse(each)) ? urls : []
}

/** For a pool of `pg`, or whatever makes one. */
export function connectionConfig(url: string): { connectionString: string; Client?: typeof pg.Client } {
  const urls = databaseHosts(url)
  const [first = url] = urls
  return { connectionString: first, ...(urls.length > 1 ? { Client: seekingClient(urls) } : {}) }
}

/** A client by itself. */
export function createClient(url: string): pg.Client {
  const { Client = pg.Client, ...config } = connectionConfig(url)
  return new Client(config)
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

/** @throws what the hosts themselves say when none of them lets us in, else that none takes writes */
async function findWritable(urls: readonly string[]): Promise<Place> {
  try {
    return await Promise.any(urls.map(askForWrites))
  } catch (error) {
    const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error]
    const refusal = reasons.find((reason) => reason instanceof pg.DatabaseError)
    throw (
      refusal ?? Object.assign(new Error('No host of the database takes writes'), { code: 'ECONNREFUSED' })
    )
  }
}

async function askForWrites(connectionString: string): Promise<Place> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: PROBE_TIMEOUT_MS })
  client.on('error', () => {}) // whoever waits for the answer hears of it
  try {
    await client.connect()
    const { rows } = await client.query<{ answer: string }>({
      text: `SELECT current_setting('transaction_read_only') AS answer`,
      query_timeout: PROBE_TIMEOUT_MS,
    } as pg.QueryConfig) // the types of the driver do not know this setting of a query
    if (rows[0]?.answer !== 'off') throw new Error('takes no writes')
    return { host: client.host, port: client.port }
  } finally {
    client.end().catch(() => {})
  }
}
