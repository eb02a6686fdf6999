/** Fills a database as a federation of many members leaves it: members, Trust Marks, checks and the audit log. */
import { type Installation, signExample } from '../installation.ts'

export const TYPES = 20
export const type = (at: number) => `https://ta.example/marks/${at}`

/** Of each 1,000 members 20 are inactive, 4 have a problem, 200 have tags, 80 are OpenID Providers, 20 Intermediates. */
const subordinates = `
  INSERT INTO "Subordinate" ("entityId", "displayName", "active", "entityTypes", "intermediate", "metadata", "jwks",
    "validFor", "autorenew", "entityConfiguration", "entityConfigurationExpiresAt", "lastCheckedAt",
    "lastError", "failingCode", "failingSince", "unresolvableReason", "unresolvableCode", "unresolvableSince",
    "note", "tags", "tagKeys", "registeredAt", "updatedAt")
  SELECT format('https://%s%s.%s.example', (ARRAY['login', 'app', 'portal', 'wiki', 'mail', 'library', 'registry'])[1 + n % 7],
      n, org), format('%s of %s %s', (ARRAY['Sign-in', 'App', 'Portal', 'Wiki', 'Mail', 'Library', 'Registry'])[1 + n % 7],
      (ARRAY['Univ', 'College', 'Clinic', 'City', 'Institute', 'Museum'])[1 + org_number % 6], org),
    n % 50 <> 7,
    CASE WHEN n % 50 = 3 THEN ARRAY['federation_entity'] WHEN n % 100 < 8 THEN ARRAY['openid_provider', 'federation_entity']
      ELSE ARRAY['openid_relying_party'] END, n % 50 = 3,
    jsonb_set($1, '{openid_relying_party,organization_name}', to_jsonb('Organization ' || org)), $2,
    24 + n % 700, n % 100 <> 11, $3, now() + make_interval(hours => 24 + n % 8000), now() - make_interval(secs => n % 3600),
    CASE WHEN n % 1000 < 3 THEN 'The Entity Configuration could not be fetched.' END,
    (ARRAY['REACHABLE', 'SIGNATURE', 'TRUST_MARKS'])[CASE WHEN n % 1000 < 3 THEN 1 + n % 1000 END],
    CASE WHEN n % 1000 < 3 THEN now() - make_interval(mins => n % 9000) END,
    CASE WHEN n % 1000 = 5 THEN 'The policy refuses "client_secret_basic".' END,
    CASE WHEN n % 1000 = 5 THEN 'METADATA_POLICY' END,
    CASE WHEN n % 1000 = 5 THEN now() - make_interval(mins => n % 9000) END,
    CASE WHEN n % 50 = 1 THEN 'Contract ' || n END, tags, tags,
    now() - make_interval(mins => ($4 - n) % 1500000), now() - make_interval(mins => ($4 - n) % 700000)
  FROM generate_series(1, $4::int) AS n,
    LATERAL (SELECT n % greatest(1, $4 / 40) AS org_number) AS o,
    LATERAL (SELECT 'org-' || org_number AS org) AS named,
    LATERAL (SELECT CASE WHEN n % 5 = 0 THEN ARRAY['wave-' || n % 40, 'region-' || n % 16] ELSE '{}'::text[] END AS tags) AS t`

const checks = `
  INSERT INTO "SubordinateCheck" ("subordinateId", "nextAt", "etag", "recent")
  SELECT "id", now() + make_interval(secs => 2700 + random() * 800), '"1"',
    (SELECT jsonb_agg(jsonb_build_object('at', now(), 'ok', true, 'milliseconds', 20, 'message', 'It resolves.'))
     FROM generate_series(1, 6))
  FROM "Subordinate"`

const types = `
  INSERT INTO "TrustMarkType" ("type", "description") SELECT format('https://ta.example/marks/%s', n), 'Mark ' || n
  FROM generate_series(1, $1::int) AS n`

/** One for each tenth member; of each 100, two are revoked and one fails. */
const marks = `
  INSERT INTO "TrustMark" ("trustMarkTypeId", "entityId", "subordinateId", "active", "autorenew", "validFor", "renewalTime",
    "jwt", "kid", "issuedAt", "expiresAt", "revokedAt", "lastError", "failingSince")
  SELECT 1 + "id" % $1, "entityId", "id", "id" % 50 <> 0 , "id" % 70 <> 0, 8760, 48,
    'eyJhbGciOiJFUzI1NiJ9.' || repeat(md5("id"::text), 20) || '.c2ln', $2, now() - make_interval(hours => ("id" % 700)::int),
    now() + make_interval(hours => 72 + ("id" % 8000)::int), CASE WHEN "id" % 50 = 0 THEN now() END,
    CASE WHEN "id" % 100 = 1 THEN 'The entity refuses it.' END, CASE WHEN "id" % 100 = 1 THEN now() END
  FROM "Subordinate" WHERE "id" % 10 = 1 OR "id" % 500 = 0`

const issued = `
  INSERT INTO "IssuedTrustMark" ("hash", "trustMarkId", "kid", "issuedAt", "expiresAt", "revokedAt")
  SELECT md5("id"::text) || md5('x' || "id"), "id", "kid", "issuedAt", "expiresAt", "revokedAt" FROM "TrustMark"`

/** One entry for each member, by the people and jobs that made it. */
const events = `
  INSERT INTO "AuditEvent" ("at", "actor", "method", "action", "resourceType", "resource", "eventTypes", "after", "outcome",
    "previousHash", "hash", "runId", "part")
  SELECT "registeredAt", CASE WHEN "id" % 3 = 0 THEN 'job:renew-subordinates' ELSE 'operator-' || "id" % 50 END,
    CASE WHEN "id" % 3 = 0 THEN 'job' ELSE 'session' END,
    (ARRAY['registerSubordinate', 'updateSubordinate', 'importSubordinate'])[1 + "id" % 3], 'Subordinate', "entityId",
    (ARRAY['{registration}', '{metadata_update}', '{registration}']::text[])[1 + "id" % 3]::text[],
    jsonb_build_object('entityId', "entityId", 'metadata', "metadata", 'jwks', "jwks"),
    CASE WHEN "id" % 200 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, md5(("id" - 1)::text), md5("id"::text),
    CASE WHEN "id" % 3 = 2 THEN "id" / 3000 END, "id" % 3 = 2 AND "id" % 3000 <> 2
  FROM "Subordinate" ORDER BY "id"`

const head = `
  UPDATE "AuditHead" SET "count" = "count" + $1, "lastId" = (SELECT max("id") FROM "AuditEvent"),
    "hash" = (SELECT "hash" FROM "AuditEvent" ORDER BY "id" DESC LIMIT 1)`

/** A run with an item for each member, of which one in a hundred failed. */
const run = `
  WITH run AS (
    INSERT INTO "Run" ("kind", "state", "startedBy", "total", "done", "failed", "startedAt", "endedAt")
    SELECT 'SUBORDINATES', 'SUCCEEDED', 'operator-1', $1::int, $1::int - $1::int / 100, $1::int / 100, now() - interval '1 hour', now()
    RETURNING "id")
  INSERT INTO "RunItem" ("runId", "key", "resource", "ok", "skipped", "message", "sequence", "at")
  SELECT run."id", n::text, 'https://app' || n || '.example', n % 100 <> 0, n % 3 = 0, CASE WHEN n % 100 = 0 THEN 'It is away.' END, n, now()
  FROM run, generate_series(1, $1::int) AS n`

/** The database has no other rows yet. */
export async function insertFederation(
  { query, kid }: Pick<Installation, 'query' | 'kid'>,
  count: number,
): Promise<void> {
  const { metadata, jwks, configuration } = await signExample()
  await query(subordinates, [metadata, jwks, configuration, count])
  await query(checks)
  await query('UPDATE "Settings" SET "checkMinutes" = 60') // none is due meanwhile: that would need the network
  await query(types, [TYPES])
  await query(marks, [TYPES, kid])
  await query(issued)
  await query(events)
  await query(head, [count])
  await query(run, [count])
  await query('VACUUM ANALYZE')
}
