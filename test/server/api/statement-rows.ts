/** Rows of every table that documents of the console list, beside those of a federation, in a number of each. */

/** The user whose session asks. */
export const CALLER = { id: 'person-1', session: 'session-1' }

/** In place of them: what the federation has has no problem. */
export const nothingFails: readonly string[] = [
  `UPDATE "Subordinate" SET "failingSince" = NULL, "unresolvableSince" = NULL WHERE $1 > 0`,
  `UPDATE "TrustMark" SET "failingSince" = NULL WHERE $1 > 0`,
]

const each = 'FROM generate_series(1, $1::int) AS n'
const day = (at: string) => `now() + interval '${at} days'`

export const rows: readonly string[] = [
  // Each state of a problem has several, and the rules that are broken are more, the more rows there are.
  `UPDATE "Subordinate" SET "active" = true, "lastError" = 'It is away.', "failingSince" = now() - interval '1 day',
     "failingCode" = CASE WHEN "id" > 10 AND "id" % 3 = 0 THEN 'SIGNATURE' WHEN "id" % 2 = 0 THEN 'TRUST_MARKS' ELSE 'REACHABLE' END
     WHERE "id" > 1 AND $1 > 0`,
  `UPDATE "Subordinate" SET "unresolvableSince" = now() - interval '1 day', "unresolvableReason" = 'A rule refuses it.',
     "unresolvableCode" = CASE WHEN "id" > 10 THEN 'CONSTRAINTS' ELSE 'METADATA_POLICY' END WHERE "id" % 5 = 3 AND $1 > 0`,
  `UPDATE "TrustMark" SET "jwt" = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln', "failingSince" = now() - interval '1 day', "lastError" = 'It is away.' WHERE $1 > 0`,
  `INSERT INTO "User" ("id", "name", "email", "username", "role") SELECT 'person-' || n, 'Person ' || n,
     format('p%s@example.org', n), 'person-' || n, CASE WHEN n = 1 OR n % 3 = 0 THEN 'admin' ELSE 'viewer' END ${each}`,
  `INSERT INTO "Account" ("id", "accountId", "providerId", "userId", "password") SELECT 'account-' || n, 'person-' || n,
     'credential', 'person-' || n, 'x' ${each}`,
  `INSERT INTO "Session" ("id", "token", "expiresAt", "userId") SELECT 'session-' || n, 'token-' || n, ${day('1')}, 'person-1' ${each}`,
  `INSERT INTO "Passkey" ("id", "name", "publicKey", "userId", "credentialID", "counter", "deviceType", "backedUp")
     SELECT 'passkey-' || n, 'Key', 'x', CASE WHEN n % 2 = 0 THEN 'person-1' ELSE 'person-' || n END, 'c' || n, 0, 'singleDevice', false ${each}`,
  `INSERT INTO "Invitation" ("userId", "tokenHash", "invitedBy", "expiresAt") SELECT 'person-' || n,
     encode(sha256(convert_to('invitation-' || n, 'UTF8')), 'hex'), 'person-1', ${day('5')} ${each} WHERE n > 1`,
  `INSERT INTO "AnchorRole" ("userId", "anchorSlug", "role") SELECT 'person-' || n, 'main', 'operator' ${each} WHERE n > 1`,
  `INSERT INTO "Apikey" ("id", "name", "key", "referenceId", "expiresAt", "createdAt", "updatedAt", "metadata")
     SELECT 'key-' || n, 'Key ' || n, 'hash-' || n, 'person-' || n, ${day('3')}, ${day('-90')}, now(), '{"createdBy":"person-1"}' ${each}`,
  `INSERT INTO "Organization" ("name", "homeSlug") SELECT 'Organization ' || n, 'main' ${each}`,
  `INSERT INTO "OrganizationContact" ("organizationId", "role", "email") SELECT n, 'SECURITY', 'csirt@example.org' ${each}`,
  `INSERT INTO "OrganizationAnchor" ("organizationId", "anchorSlug") SELECT n, 'main' ${each}`,
  // The first has many people, and others have one.
  `INSERT INTO "OrganizationUser" ("userId", "organizationId", "mayInvite") SELECT 'person-' || n, 1, true ${each}`,
  `INSERT INTO "OrganizationUser" ("userId", "organizationId") SELECT 'person-' || n, n ${each} WHERE n > 1`,
  `UPDATE "Subordinate" SET "organizationId" = CASE WHEN "id" % 2 = 0 THEN 1 ELSE "id" END WHERE "id" <= $1`,
  `UPDATE "Subordinate" SET "organizationId" = 1 WHERE "id" = (SELECT (min("id") + max("id")) / 2 FROM "Subordinate") AND $1 > 0`,
  `INSERT INTO "Request" ("kind", "entityId", "organizationId", "submittedBy", "assigneeId", "state", "decidedAt")
     SELECT 'REGISTER', format('https://new%s.example', n / 2), CASE WHEN n % 2 = 0 THEN n ELSE 1 END, 'person-' || n,
       'person-' || n, CASE WHEN n % 4 = 3 THEN 'REFUSED' ELSE 'WAITING_FOR_OPERATOR' END, CASE WHEN n % 4 = 3 THEN now() END ${each}`,
  `INSERT INTO "RequestStep" ("requestId", "action", "actor", "byMember") SELECT 1, 'COMMENTED', 'person-' || n, n % 2 = 0 ${each}`,
  `INSERT INTO "CheckPipeline" ("trustMarkTypeId") SELECT n ${each} WHERE n <= (SELECT count(*) FROM "TrustMarkType")`,
  `INSERT INTO "Webhook" ("url", "secret", "position", "failingSince", "problem")
     SELECT format('https://receiver%s.example', n), 'x', n, now() - interval '1 day', 'It is away.' ${each}`,
  `INSERT INTO "Delivery" ("webhookId", "auditEventId", "recipient", "event") SELECT 1, n, 'https://receiver1.example', 'registration' ${each}`,
  `INSERT INTO "Mail" ("event", "recipient", "state", "nextAt", "giveUpAt", "createdAt") SELECT 'ALERT',
     format('p%s@example.org', n), 'WAITING', now(), ${day('1')}, now() ${each}`,
  `INSERT INTO "Approval" ("operations", "mutation", "document", "variables", "action", "resource", "requestedBy",
     "requestedMethod", "requestedAt", "expiresAt", "nonce", "hash") SELECT '{removeAnchor}', 'removeTrustAnchor',
     'mutation { removeTrustAnchor }', '{}', 'removeTrustAnchor', 'x', 'person-' || n, 'session', now(), ${day('0.3')}, n::text, n::text ${each}`,
  // From eleven on, they are one alert.
  `INSERT INTO "AwaitedEntity" ("entityId", "requestedBy", "since", "examinedAt", "passesSince")
     SELECT format('https://awaited%s.example', n), 'person-1', now(), now(), now() FROM generate_series(0, $1::int) AS n`,
  `INSERT INTO "Mirror" ("url", "checkedAt", "state", "since", "problem")
     SELECT format('https://mirror%s.example', n), now(), 'DIFFERS', now(), 'It has other files.' ${each}`,
  `INSERT INTO "CollectedEntity" ("crawlId", "entityId", "displayName", "superior", "state", "unresolvableReason", "unresolvableCode", "unresolvableSince")
     SELECT 1, format('https://below%s.example', n), 'Below', (SELECT min("entityId") FROM "Subordinate" WHERE "intermediate"),
       'DOES_NOT_RESOLVE', 'A rule refuses it.', 'METADATA_POLICY', now() ${each}`,
  `INSERT INTO "CollectionEvaluation" ("crawlId", "crawledAt", "basis") SELECT 1, now(), 'x' WHERE $1 > 0`,
  `INSERT INTO "Superior" ("entityId", "checkedAt") SELECT format('https://superior%s.example', n), now() ${each}`,
  `INSERT INTO "SigningKey" ("kid", "alg", "state", "usableFrom", "replacedAt", "withdrawnAt") SELECT 'kid-' || n, 'ES256',
     (ARRAY['ANNOUNCED', 'PUBLISHED', 'RETIRED', 'REVOKED'])[1 + n % 4], now(), now(), CASE WHEN n % 4 > 1 THEN now() END ${each}`,
  `UPDATE "Settings" SET "authorityHints" = ARRAY(SELECT format('https://superior%s.example', n) ${each})`,
  `UPDATE "Settings" SET "trustAnchors" = (SELECT jsonb_object_agg(format('https://pinned%s.example', n), '{"keys":[]}'::jsonb) ${each})`,
  `INSERT INTO "PinnedAnchor" ("entityId", "checkedAt", "lastError", "failingSince", "isChanged")
     SELECT format('https://pinned%s.example', n), now(), 'It is away.', now() - interval '2 days', true ${each}`,
  `UPDATE "RunItem" SET "ok" = "id" % 2 = 0, "skipped" = "id" % 4 = 0 WHERE $1 > 0`,
  // Each is the first entry of another run.
  `INSERT INTO "AuditEvent" ("at", "actor", "method", "action", "resourceType", "resource", "after", "previousHash", "hash", "runId")
     SELECT now(), 'person-' || n, 'session', 'updateSubordinate', 'Subordinate', s."entityId", '{"version":2}', 'x', 'x', n
     ${each} JOIN "Subordinate" s ON s."id" = n`,
  `INSERT INTO "Run" ("kind", "state", "startedBy") SELECT 'SUBORDINATES', 'RUNNING', 'person-' || n ${each}`,
  `UPDATE "Schedule" SET "enabled" = false, "lastSucceeded" = false, "lastMessage" = 'It failed.' WHERE $1 > 0`,
]
