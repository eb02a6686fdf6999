/** Measures filling an empty Redis from the database, first with all signatures to create, then with none. */
import pg from 'pg'
import { buildEntityConfiguration, ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { RebuildResult } from '#server/publish/rebuild.ts'
import { prepareInstallation } from './installation.ts'

/** Seconds on the clock, and of processor time, which other work on the machine hardly changes. */
export type Duration = { clock: number; processor: number }

export type RebuildMeasure = {
  subordinates: number
  signing: Duration
  again: Duration
  /** Bytes of memory before and after. */
  before: number
  after: number
}

const LIFETIME_MS = 365 * 86_400_000

/** `environment`: of the installation, which says where its key is. */
export async function measureRebuild(
  subordinates: number,
  environment: Record<string, string> = {},
): Promise<RebuildMeasure> {
  const installation = await prepareInstallation(environment)
  const program = await installation.start()
  const { memory: before } = await program.usage()
  await insertSubordinates(installation.databaseUrl, subordinates)
  const rebuild = async (): Promise<Duration> => {
    const begun = await program.usage()
    const { milliseconds } = (await program.ask('rebuild')) as RebuildResult // what the task of that name returns
    const { processor } = await program.usage()
    return { clock: milliseconds / 1000, processor: (processor - begun.processor) / 1e6 }
  }
  const signing = await rebuild()
  const again = await rebuild()
  const { memory: after } = await program.usage()
  await installation.close()
  return { subordinates, signing, again, before, after }
}

/** As registrations store them; all share one configuration, because publishing only copies it. */
export async function insertSubordinates(
  url: string,
  count: number,
  base = 'https://rp.example/',
  schema = 'public',
): Promise<void> {
  const { metadata, keys, configuration, expiresAt } = await signExample()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN')
  await client.query(`SET LOCAL search_path TO "${schema}", "public"`) // PGlite has one session for all
  await client.query(
    `INSERT INTO "Subordinate" ("entityId", "entityTypes", "metadata", "jwks", "entityConfiguration",
       "entityConfigurationExpiresAt", "lastCheckedAt")
     SELECT $6 || n, '{openid_relying_party}', $1, $2, $3, $4, now()
     FROM generate_series(1, $5::int) AS n`,
    [metadata, keys, configuration, expiresAt, count, base],
  )
  await client.query('COMMIT')
  await client.end()
}

/** The Entity Configuration of a Relying Party, and what it holds. */
export async function signExample() {
  const key = await generateSigningKey('ES256')
  const keys = { keys: [toPublicJwk(key)] }
  const metadata = {
    openid_relying_party: { client_name: 'Example', client_registration_types: ['automatic'] },
  }
  const iat = Math.floor(Date.now() / 1000)
  const claims = buildEntityConfiguration({
    entityId: 'https://rp.example.org',
    iat,
    exp: iat + LIFETIME_MS / 1000,
    keys,
    metadata,
    authorityHints: ['https://ta.example'],
  })
  const configuration = await signJwt(claims, { key, typ: ENTITY_STATEMENT_TYP })
  return { metadata, keys, configuration, expiresAt: new Date(Date.now() + LIFETIME_MS) }
}
