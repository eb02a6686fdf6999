/** Adds nine anchors to an installation, and members to each. */
import { generateSigningKey } from '#core/keys.ts'
import { schemaOf } from '#prisma/anchor-schema.ts'
import { connectDatabase } from '#server/database/client.ts'
import { anchorPlace } from '#store/anchors.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { redisKeys } from '#store/keys.ts'
import { createAnchorRow } from '#test/helpers/anchor.ts'
import { type Installation, insertSubordinates } from './installation.ts'
import { until } from './program.ts'

/** Slugs. */
export const furtherAnchors = Array.from({ length: 9 }, (_, at) => `ta-${at + 1}`)

export const placeOf = ({ keysDirectory }: { keysDirectory: string }, slug: string) =>
  anchorPlace(
    { redisKeyPrefix: '', keysDirectory, historicalKeysDirectory: `${keysDirectory}/historical_keys` },
    slug,
  )

/** Each anchor of the installation gets so many members, the first one too. */
export async function addAnchors(installation: Installation, members: number): Promise<void> {
  const db = connectDatabase(installation.databaseUrl)
  for (const slug of furtherAnchors) {
    await writeNewKey(placeOf(installation, slug).keysDirectory, await generateSigningKey('ES256'))
    await createAnchorRow(db, slug, `https://${slug}.example`)
  }
  await db.$disconnect()
  for (const schema of ['public', ...furtherAnchors.map(schemaOf)]) {
    await insertSubordinates(installation, members, 'https://rp.example/', schema)
    // Their checks by the clock would need the network.
    await installation.query(`UPDATE "${schema}"."Settings" SET "checkMinutes" = 60`)
    await installation.query(
      `INSERT INTO "${schema}"."SubordinateCheck" ("subordinateId", "nextAt")
       SELECT "id", now() + make_interval(secs => 2700 + random() * 800) FROM "${schema}"."Subordinate"`,
    )
  }
  await installation.query('VACUUM ANALYZE')
}

export async function untilPublished(installation: Installation, members: number): Promise<void> {
  for (const slug of furtherAnchors) {
    const { subordinates } = redisKeys(placeOf(installation, slug).redisKeyPrefix)
    await until(async () => (await installation.redis.hlen(subordinates)) === members)
  }
}
