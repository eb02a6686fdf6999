/** Adds nine anchors to an installation, and members to each. */
import pg from 'pg'
import { generateSigningKey } from '#core/keys.ts'
import { schemaOf } from '#prisma/anchor-schema.ts'
import { connectDatabase } from '#server/database/client.ts'
import { anchorPlace } from '#store/anchors.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { redisKeys } from '#store/keys.ts'
import { createAnchorRow } from '#test/helpers/anchor.ts'
import type { Installation } from './installation.ts'
import { until } from './lanes.ts'
import { insertSubordinates } from './rebuild.ts'

/** Slugs. */
export const furtherAnchors = Array.from({ length: 9 }, (_, at) => `ta-${at + 1}`)

export const placeOf = ({ keysDirectory }: Installation, slug: string) =>
  anchorPlace(
    { redisKeyPrefix: '', keysDirectory, historicalKeysDirectory: `${keysDirectory}/historical_keys` },
    slug,
  )

/** Each anchor of the installation gets so many members, the first one too. */
export async function addAnchors(installation: Installation, members: number): Promise<void> {
  const { databaseUrl } = installation
  const db = connectDatabase(databaseUrl)
  for (const slug of furtherAnchors) {
    await writeNewKey(placeOf(installation, slug).keysDirectory, await generateSigningKey('ES256'))
    await createAnchorRow(db, slug, `https://${slug}.example`)
  }
  await db.$disconnect()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  for (const schema of ['public', ...furtherAnchors.map(schemaOf)]) {
    await insertSubordinates(databaseUrl, members, 'https://rp.example/', schema)
    // Their checks by the clock would need the network.
    await client.query(
      `INSERT INTO "${schema}"."SubordinateCheck" ("subordinateId", "nextAt")
       SELECT "id", now() + make_interval(secs => 2700 + random() * 800) FROM "${schema}"."Subordinate"`,
    )
  }
  await client.query('VACUUM ANALYZE')
  await client.end()
}

export async function untilPublished(installation: Installation, members: number): Promise<void> {
  const redis = connectRedis(installation.redisUrl)
  await waitForRedis(redis, 5_000)
  for (const slug of furtherAnchors) {
    const { subordinates } = redisKeys(placeOf(installation, slug).redisKeyPrefix)
    await until(async () => (await redis.hlen(subordinates)) === members)
  }
  redis.disconnect()
}
