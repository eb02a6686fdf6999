/** Tests lists of 100 000 subordinates, Trust Marks and runs: indexes serve each filter and order, with few queries. */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PrismaClient } from '#prisma/generated/client/client.ts'
import { conditionsOf } from '#server/schema/audit/audit-event-filter.ts'
import { runPage } from '#server/schema/run/run-list.ts'
import { expiringByDay } from '#server/schema/status/expiring-day.ts'
import { countSubordinates } from '#server/schema/status/subordinate-counts.ts'
import { subordinatePage } from '#server/schema/subordinate/subordinate-list.ts'
import { trustMarkPage } from '#server/schema/trust-mark/trust-mark-list.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'

const COUNT = 100_000
const RARE = 'https://ta.example.org/marks/rare'
const RARE_TYPE_ID = 2

let client: pg.Client
/** Reads as the server does, and records each statement. */
let db: PrismaClient<'query'>
let sent: { query: string; params: string }[] = []

/** The filters match one row in a thousand. */
const rows = `
  INSERT INTO "Subordinate" ("entityId", "displayName", "active", "entityTypes", "intermediate", "metadata", "jwks",
    "entityConfiguration", "entityConfigurationExpiresAt", "statementExpiresAt", "lastCheckedAt", "failingSince",
    "registeredAt", "updatedAt", "note", "tags", "tagKeys")
  SELECT 'https://rp' || n || '.example.org', 'Service ' || n, n % 1000 <> 1,
    ARRAY[CASE n % 1000 WHEN 2 THEN 'openid_provider' ELSE 'openid_relying_party' END], n % 1000 = 3,
    jsonb_build_object('federation_entity', jsonb_build_object('contacts', jsonb_build_array('ops' || n || '@example.org'))),
    jsonb_build_object('keys', jsonb_build_array(jsonb_build_object('alg', CASE n % 1000 WHEN 9 THEN 'RS256' ELSE 'ES256' END))), 'a.b.c',
    now() + n % 1000 * interval '1 day', now() + (n % 1000 - 4) * interval '1 hour', now(), CASE n % 1000 WHEN 5 THEN now() END,
    now() - n * interval '1 minute', now() - n * interval '1 second',
    'Note of member no' || n, tags, tags
  FROM generate_series(1, ${COUNT}) AS n,
    LATERAL (SELECT ARRAY['common', 'group ' || n % 50, CASE n % 1000 WHEN 6 THEN 'rare' ELSE 'year ' || n % 7 END] AS tags) AS t;
  INSERT INTO "TrustMarkType" ("type") VALUES ('https://ta.example.org/marks/common'), ('${RARE}');
  INSERT INTO "TrustMark" ("trustMarkTypeId", "entityId", "subordinateId", "active", "autorenew", "validFor",
    "renewalTime", "jwt", "kid", "issuedAt", "expiresAt", "failingSince")
  SELECT 1, "entityId", "id", "id" % 1000 <> 10, true, 1, 1, 'a.b.c', 'k', now(),
    now() + ("id" % 1000 - 15) * interval '1 hour', CASE "id" % 1000 WHEN 11 THEN now() END
  FROM "Subordinate";
  INSERT INTO "TrustMark" ("trustMarkTypeId", "entityId", "subordinateId", "autorenew", "validFor", "renewalTime",
    "jwt", "kid", "issuedAt", "expiresAt")
  SELECT 2, "entityId", "id", true, 1, 1, 'a.b.c', 'k', now(), now() + interval '1 day' FROM "Subordinate" WHERE "id" % 1000 = 8;
  INSERT INTO "Run" ("kind", "state", "startedBy", "failed", "startedAt")
  SELECT CASE n % 1000 WHEN 1 THEN 'IMPORT' ELSE 'COLLECTION' END,
    CASE n % 1000 WHEN 2 THEN 'CANCELLED' WHEN 3 THEN 'FAILED' ELSE 'SUCCEEDED' END,
    CASE n % 1000 WHEN 4 THEN 'anna' ELSE 'job:walk' END,
    CASE n % 1000 WHEN 5 THEN 7 ELSE 0 END, now() - n * interval '1 minute'
  FROM generate_series(1, ${COUNT}) AS n;
  INSERT INTO "AuditEvent" ("at", "actor", "method", "action", "resourceType", "resource", "previousHash", "hash", "part", "runId")
  SELECT now(), CASE n % 1000 WHEN 1 THEN 'anna' ELSE 'job:renew' END, 'job', 'renewSubordinate', 'Subordinate',
    'https://rp' || n || '.example.org', '', '', n % 1000 <> 1, n / 1000 FROM generate_series(1, ${COUNT}) AS n`

/** Creates the trigram indexes last, which is faster than row by row. */
async function insertRows(): Promise<void> {
  const ofWords = `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% USING gin %'`
  const { rows: indexes } = await client.query<{ indexname: string; indexdef: string }>(ofWords)
  for (const { indexname } of indexes) await client.query(`DROP INDEX "${indexname}"`)
  await client.query(rows)
  for (const { indexdef } of indexes) await client.query(indexdef)
  await client.query('VACUUM ANALYZE')
}

const database = inFile(startMigratedDatabase)
beforeAll(async () => {
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await insertRows()
  const adapter = new PrismaPg({ connectionString: database.url, max: 1 })
  db = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] })
  db.$on('query', ({ query, params }) => sent.push({ query, params }))
})
afterAll(async () => {
  await db?.$disconnect()
  await client?.end()
})

/** The statements of a read, each with its query plan. */
async function plansOf(read: () => Promise<unknown>): Promise<string[]> {
  sent = []
  await read()
  const plans: string[] = []
  for (const { query, params } of sent) {
    const { rows } = await client.query(`EXPLAIN ${query}`, JSON.parse(params))
    plans.push(rows.map((row) => String(row['QUERY PLAN'])).join('\n'))
  }
  return plans
}

const now = () => new Date()
const orders = (['entityId', 'registeredAt', 'updatedAt', 'statementExpiresAt'] as const).flatMap((field) =>
  (['asc', 'desc'] as const).map((direction) => ({ field, direction })),
)

const filters: [title: string, filter: NonNullable<Parameters<typeof subordinatePage>[0]>, found: number][] =
  [
    ['no condition', {}, COUNT],
    ['a part of the identifier', { search: 'rp4711.' }, 1],
    ['a part of the name', { search: 'service 4711' }, 20],
    ['words in any order', { search: '4711 example service' }, 20],
    ['a contact', { search: 'ops4711@' }, 1],
    ['an Entity Type', { entityType: 'openid_provider' }, 100],
    ['intermediates', { intermediate: true }, 100],
    ['the inactive', { state: 'INACTIVE' }, 100],
    ['the failing', { state: 'FAILING' }, 100],
    ['the expired', { state: 'EXPIRED' }, 400],
    ['a problem', { problem: 'RENEWAL' }, 100],
    ['a rare problem', { problem: 'CONSTRAINTS' }, 0],
    ['what expires soon', { expiresBefore: new Date(Date.now() + 3_000_000) }, 500],
    ['holders of a mark', { trustMarkType: RARE }, 100],
    ['a tag', { tags: ['Rare'] }, 100],
    ['several tags', { tags: ['common', 'rare', 'group 6'] }, 100],
    ['a word of the note', { search: 'member no4711' }, 11],
    ['an algorithm that few do not name', { withoutAlgorithm: 'ES256' }, 100],
  ]

describe.each(filters)('subordinates found by %s', (_title, filter, found) => {
  it.each(orders)('in the order of $field, $direction, are read through an index', async (orderBy) => {
    const page = subordinatePage(filter, orderBy, now(), RARE_TYPE_ID)
    const plans = await plansOf(() => db.subordinate.findMany({ ...page, take: 26 }))
    expect(plans).toHaveLength(1)
    for (const plan of plans) expect(plan).not.toContain('Seq Scan on "Subordinate"')
  })

  it('are counted with one query', async () => {
    const { where } = subordinatePage(filter, null, now(), RARE_TYPE_ID)
    let total = 0
    const plans = await plansOf(async () => {
      total = await db.subordinate.count({ where })
    })
    expect(total).toBe(found)
    expect(plans).toHaveLength(1)
    // Counting all rows reads all rows.
    if (found < COUNT) for (const plan of plans) expect(plan).not.toContain('Seq Scan on "Subordinate"')
  })
})

it.each<[title: string, filter: Parameters<typeof trustMarkPage>[0]]>([
  ['no condition', {}],
  ['the entity', { entityId: 'https://rp4711.example.org' }],
  ['a rare type', { trustMarkType: RARE }],
  ['a common type', { trustMarkType: 'https://ta.example.org/marks/common' }],
  ['a part of the identifier', { search: 'rp4711.' }],
  ['what expires soon', { expiresBefore: new Date() }],
  ['the revoked', { state: 'REVOKED' }],
  ['the expired', { state: 'EXPIRED' }],
  ['the active', { state: 'ACTIVE' }],
  ['one day of expiry', { active: true, expiresAfter: new Date(), expiresBefore: new Date() }],
  ['a failed renewal', { renewalFailed: true }],
  ['no failed renewal', { renewalFailed: false }],
])('Trust Marks found by %s are read through an index', async (_title, filter) => {
  const orders = [
    null,
    ...(['entityId', 'expiresAt'] as const).map((field) => ({ field, direction: 'asc' as const })),
  ]
  for (const orderBy of orders) {
    const plans = await plansOf(() =>
      db.trustMark.findMany({ ...trustMarkPage(filter, orderBy, now()), take: 26 }),
    )
    expect(plans).toHaveLength(1)
    for (const plan of plans) expect(plan).not.toContain('Seq Scan on "TrustMark"')
  }
})

it('Trust Marks are not found by their identifiers through the index for words, which would take seconds', async () => {
  await client.query('BEGIN')
  await client.query(
    'DROP INDEX "TrustMark_entityId_idx", "TrustMark_active_entityId_idx", "TrustMark_trustMarkTypeId_entityId_key"',
  )
  await client.query('SET LOCAL enable_seqscan = off')
  const { rows } = await client.query(
    `EXPLAIN SELECT * FROM "TrustMark" WHERE "entityId" IN ('https://a', 'https://b')`,
  )
  await client.query('ROLLBACK')
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('_trgm')
})

it('Trust Marks whose renewal failed are counted through an index', async () => {
  const { where } = trustMarkPage({ renewalFailed: true }, null, now())
  const plans = await plansOf(async () => expect(await db.trustMark.count({ where })).toBe(100))
  expect(plans).toHaveLength(1)
  for (const plan of plans) expect(plan).not.toContain('Seq Scan on "TrustMark"')
})

it.each<[title: string, filter: NonNullable<Parameters<typeof runPage>[0]>, found: number]>([
  ['no condition', {}, COUNT],
  ['a rare kind', { kind: 'IMPORT' }, 100],
  ['rare kinds', { kinds: ['IMPORT', 'PROMOTION'] }, 100],
  ['rare states', { states: ['CANCELLED', 'FAILED'] }, 200],
  ['who started them', { startedBy: 'anna' }, 100],
  ['failed items', { hasFailures: true }, 100],
  ['no failed items', { hasFailures: false }, COUNT - 100],
])('runs found by %s are read and counted through an index', async (_title, filter, found) => {
  const orders = (['startedAt', 'failed'] as const).flatMap((field) =>
    (['asc', 'desc'] as const).map((direction) => ({ field, direction })),
  )
  for (const orderBy of [null, ...orders]) {
    const plans = await plansOf(() => db.run.findMany({ ...runPage(filter, orderBy), take: 26 }))
    expect(plans).toHaveLength(1)
    for (const plan of plans) expect(plan).not.toContain('Seq Scan on "Run"')
  }
  const { where } = runPage(filter)
  const [plan] = await plansOf(async () => expect(await db.run.count({ where })).toBe(found))
  // Counting nearly all rows reads all rows.
  if (found < COUNT / 2) expect(plan).not.toContain('Seq Scan on "Run"')
})

it.each<[title: string, filter: Parameters<typeof conditionsOf>[0], found: number]>([
  ['a part of the actor', { actorContains: 'ANN' }, 100],
  ['a part of the object', { resourceContains: 'rp4711.' }, 1],
  ['folded runs', { folded: true }, 100],
])('audit entries found by %s are read and counted through an index', async (_title, filter, found) => {
  const plans = await plansOf(async () => {
    const where = await conditionsOf(filter, db)
    await db.auditEvent.findMany({ where, orderBy: { id: 'desc' }, take: 26 })
    expect(await db.auditEvent.count({ where })).toBe(found)
  })
  for (const plan of plans) expect(plan).not.toContain('Seq Scan on "AuditEvent"')
})

it('audit entries of an anchor can be counted in an index alone', async () => {
  await client.query('SET enable_seqscan = off') // the rows of this test are as small as the entries of the index
  const [plan] = await plansOf(() => db.auditEvent.count({ where: { part: true, anchor: null } }))
  await client.query('RESET enable_seqscan')
  expect(plan).toContain('Index Only Scan using "AuditEvent_part_id_anchor_idx"')
})

it('the numbers of the dashboard are counted in indexes', async () => {
  const plans = await plansOf(async () => {
    const inactive = COUNT / 1000
    const found = { active: COUNT - inactive, inactive, intermediates: 100, providers: 100 }
    expect(await countSubordinates(db, now())).toMatchObject(found)
  })
  expect(plans).toHaveLength(1)
  for (const plan of plans) expect(plan).not.toContain('Seq Scan')
})

it('Entity Configurations that expire in the next days are counted through an index', async () => {
  const plans = await plansOf(() => expiringByDay(db, now()))
  const [plan] = plans.filter((_plan, index) => sent[index]?.query.includes('entityConfigurationExpiresAt'))
  expect(plan).toContain('Subordinate_active_entityConfigurationExpiresAt_idx')
})
