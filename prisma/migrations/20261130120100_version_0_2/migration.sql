-- AlterTable
ALTER TABLE "Settings" ADD COLUMN     "checkMinutes" INTEGER,
ADD COLUMN     "evaluatedVersion" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "color" TEXT,
ADD COLUMN     "displayName" TEXT,
ADD COLUMN     "environment" TEXT;

-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "failingCode" TEXT,
ADD COLUMN     "unresolvableCode" TEXT,
ADD COLUMN     "unresolvableReason" TEXT,
ADD COLUMN     "unresolvableSince" TIMESTAMP(3),
ADD COLUMN     "searchText" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "note" TEXT,
ADD COLUMN     "tagKeys" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "unsignedChanges" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "organizationId" INTEGER,
ADD COLUMN     "keysPushedAt" TIMESTAMP(3),
ADD COLUMN     "statementDueAt" TIMESTAMP(3),
ADD COLUMN     "keysCompared" BOOLEAN,
ADD COLUMN     "unnamedAlgorithms" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "TrustMarkType" ADD COLUMN     "judgedBy" TEXT;

-- AlterTable
ALTER TABLE "TrustMark" ADD COLUMN     "invalidReason" TEXT,
ADD COLUMN     "invalidSince" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "OutboxEntry" ADD COLUMN     "lane" INTEGER NOT NULL DEFAULT 3;

-- AlterTable
ALTER TABLE "PublisherLease" ADD COLUMN     "progressAt" TIMESTAMP(3),
ADD COLUMN     "rate" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "remaining" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "configurationDueAt" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "RenewalRun" ADD COLUMN     "skipped" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "approvalId" INTEGER;

-- Items of a dry run keep what they would do.
ALTER TABLE "RenewalRunItem" ADD COLUMN     "skipped" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "effect" TEXT;

-- AlterTable
ALTER TABLE "Schedule" ADD COLUMN     "foundFault" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "SubordinateCheck" (
    "subordinateId" INTEGER NOT NULL,
    "nextAt" TIMESTAMP(3) NOT NULL,
    "etag" TEXT,
    "recent" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "SubordinateCheck_pkey" PRIMARY KEY ("subordinateId")
);

-- CreateTable
CREATE TABLE "AwaitedEntity" (
    "id" SERIAL NOT NULL,
    "entityId" TEXT NOT NULL,
    "requestedBy" TEXT NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,
    "examinedAt" TIMESTAMP(3) NOT NULL,
    "failedCheck" TEXT,
    "message" TEXT,
    "passesSince" TIMESTAMP(3),

    CONSTRAINT "AwaitedEntity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Request" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'WAITING_FOR_OPERATOR',
    "entityId" TEXT NOT NULL,
    "organizationId" INTEGER,
    "trustMarkType" TEXT,
    "changes" JSONB NOT NULL DEFAULT '{}',
    "declared" JSONB,
    "checks" JSONB NOT NULL DEFAULT '[]',
    "approvalChecks" JSONB,
    "submittedBy" TEXT NOT NULL,
    "submittedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decidedAt" TIMESTAMP(3),
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,
    "acceptedTerms" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "assigneeId" TEXT,
    "mailedAt" TIMESTAMP(3),

    CONSTRAINT "Request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RequestStep" (
    "id" SERIAL NOT NULL,
    "requestId" INTEGER NOT NULL,
    "action" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "byMember" BOOLEAN NOT NULL,
    "text" TEXT,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RequestStep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CheckPipeline" (
    "id" SERIAL NOT NULL,
    "entityType" TEXT,
    "trustMarkTypeId" INTEGER,
    "checks" JSONB NOT NULL DEFAULT '[]',
    "approves" BOOLEAN NOT NULL DEFAULT false,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "CheckPipeline_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CollectedEntity" (
    "id" SERIAL NOT NULL,
    "crawlId" INTEGER NOT NULL,
    "entityId" TEXT NOT NULL,
    "displayName" TEXT,
    "claims" BYTEA,
    "superior" TEXT,
    "state" TEXT,
    "unresolvableReason" TEXT,
    "unresolvableCode" TEXT,
    "unresolvableSince" TIMESTAMP(3),

    CONSTRAINT "CollectedEntity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CollectedStatement" (
    "id" SERIAL NOT NULL,
    "crawlId" INTEGER NOT NULL,
    "superior" TEXT NOT NULL,
    "entityId" TEXT NOT NULL,
    "claims" BYTEA,
    "refusal" TEXT,

    CONSTRAINT "CollectedStatement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CollectionEvaluation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "crawlId" INTEGER NOT NULL,
    "crawledAt" TIMESTAMP(3) NOT NULL,
    "basis" TEXT NOT NULL,

    CONSTRAINT "CollectionEvaluation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Superior" (
    "entityId" TEXT NOT NULL,
    "checkedAt" TIMESTAMP(3) NOT NULL,
    "lastError" TEXT,
    "statementsUntil" TIMESTAMP(3),
    "keys" JSONB NOT NULL DEFAULT '{}',
    "metadataPolicy" JSONB,

    CONSTRAINT "Superior_pkey" PRIMARY KEY ("entityId")
);

-- CreateTable
CREATE TABLE "PinnedAnchor" (
    "entityId" TEXT NOT NULL,
    "checkedAt" TIMESTAMP(3) NOT NULL,
    "followedAt" TIMESTAMP(3),
    "issuedAt" TIMESTAMP(3),
    "lastError" TEXT,
    "failingSince" TIMESTAMP(3),
    "isChanged" BOOLEAN NOT NULL DEFAULT false,
    "endings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "PinnedAnchor_pkey" PRIMARY KEY ("entityId")
);

-- CreateTable
CREATE TABLE "OwnTrustMark" (
    "issuer" TEXT NOT NULL,
    "trustMarkType" TEXT NOT NULL,
    "checkedAt" TIMESTAMP(3) NOT NULL,
    "lastError" TEXT,
    "failingSince" TIMESTAMP(3),

    CONSTRAINT "OwnTrustMark_pkey" PRIMARY KEY ("issuer","trustMarkType")
);

-- CreateTable
CREATE TABLE "KeyRollover" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "months" INTEGER,
    "alg" TEXT,
    "noticeDays" INTEGER NOT NULL DEFAULT 7,
    "isHeld" BOOLEAN NOT NULL DEFAULT false,
    "notices" JSONB NOT NULL DEFAULT '[]',
    "looks" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "KeyRollover_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertState" (
    "id" TEXT NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,
    "size" INTEGER NOT NULL,
    "acknowledgedBy" TEXT,
    "snoozedUntil" TIMESTAMP(3),

    CONSTRAINT "AlertState_pkey" PRIMARY KEY ("id")
);

-- The alerts that were sent.
CREATE TABLE "AlertNotice" (
    "id" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "toldAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AlertNotice_pkey" PRIMARY KEY ("id")
);

-- Identifier, display name, tags and note, and of every Entity Type the names, in all languages, and the contacts. Tags and
-- note come before the names, which the entity publishes in any length. A search that ignores case takes half the time in text
-- of lower case. The database writes it, so that every writer and every restored backup has it. Written \x3B, because Prisma
-- splits this file at each semicolon.
CREATE OR REPLACE FUNCTION "writeSearchText"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  NEW."searchText" := left(lower(concat_ws('' '', NEW."entityId", NEW."displayName", array_to_string(NEW."tags", '' ''),
    NEW."note", (
    SELECT string_agg(DISTINCT words #>> ''{}'', '' '') FROM jsonb_path_query(NEW."metadata",
      ''$.* ? (@.type() == "object").keyvalue() ? (@.key == "contacts" || @.key starts with "organization_name"
        || @.key starts with "display_name" || @.key starts with "client_name").value[*] ? (@.type() == "string")'',
      ''{}'', true) AS words
  ))), 15000)\x3B
  RETURN NEW\x3B
END';

CREATE TRIGGER "Subordinate_searchText"
BEFORE INSERT OR UPDATE OF "entityId", "displayName", "metadata", "note", "tags", "searchText"
ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION "writeSearchText"();

-- The signature algorithms that no string in metadata and keys names: as itself, or by what only its keys have. Written \x3B,
-- because Prisma splits this file at each semicolon.
CREATE OR REPLACE FUNCTION "writeUnnamedAlgorithms"() RETURNS trigger LANGUAGE plpgsql AS E'
DECLARE
  words text[] := ARRAY(SELECT word #>> ''{}'' FROM jsonb_path_query(
    jsonb_build_array(NEW."metadata", NEW."jwks"), ''strict $.** ? (@.type() == "string")'') AS word)\x3B
BEGIN
  NEW."unnamedAlgorithms" := ARRAY(SELECT algorithm FROM (VALUES (''RS256'', ''RSA''), (''PS256'', NULL), (''ES256'', ''P-256''),
    (''ES384'', ''P-384''), (''ES512'', ''P-521''), (''Ed25519'', ''EdDSA''), (''Ed448'', NULL), (''ML-DSA-44'', NULL),
    (''ML-DSA-65'', NULL), (''ML-DSA-87'', NULL)) AS known (algorithm, other)
    WHERE algorithm <> ALL (words) AND (other IS NULL OR other <> ALL (words)))\x3B
  RETURN NEW\x3B
END';

CREATE TRIGGER "Subordinate_unnamedAlgorithms"
BEFORE INSERT OR UPDATE OF "metadata", "jwks", "unnamedAlgorithms"
ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION "writeUnnamedAlgorithms"();

-- The triggers write both columns of each row. What lists keys that end is signed again, and then knows when it is due.
UPDATE "Subordinate" SET "searchText" = '', "unnamedAlgorithms" = DEFAULT,
  "statementBasis" = CASE WHEN NOT jsonb_path_exists("jwks", '$.keys[*] ? (exists (@.exp) || exists (@.revoked))')
    THEN "statementBasis" END;
INSERT INTO "OutboxEntry" ("topic", "lane")
SELECT 'entity-configuration', 0 FROM "PublisherLease" WHERE "configurationsUntil" IS NOT NULL;

-- Version 0.1.0 did not store whether a subordinate resolves.
UPDATE "Settings" SET "evaluatedVersion" = 0 WHERE EXISTS (SELECT 1 FROM "Subordinate");

-- Each index of "Subordinate" takes some seconds for a million rows. Nothing is written to the table meanwhile.

-- DropIndex
DROP INDEX "Subordinate_entityId_trgm";

-- DropIndex
DROP INDEX "Subordinate_displayName_trgm";

-- CreateIndex
CREATE INDEX "Subordinate_searchText_trgm" ON "Subordinate" USING GIN ("searchText" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Subordinate_tagKeys_idx" ON "Subordinate" USING GIN ("tagKeys");

-- CreateIndex
CREATE INDEX "Subordinate_unnamedAlgorithms_idx" ON "Subordinate" USING GIN ("unnamedAlgorithms");

-- CreateIndex
CREATE INDEX "Subordinate_organizationId_entityId_idx" ON "Subordinate"("organizationId", "entityId");

-- CreateIndex
CREATE INDEX "Subordinate_failingCode_entityId_idx" ON "Subordinate"("failingCode", "entityId");

-- CreateIndex
CREATE INDEX "Subordinate_unresolvableCode_entityId_idx" ON "Subordinate"("unresolvableCode", "entityId");

-- CreateIndex
CREATE INDEX "Subordinate_unresolvableSince_id_idx" ON "Subordinate"("unresolvableSince", "id");

-- CreateIndex
CREATE INDEX "Subordinate_statementIssuedAt_idx" ON "Subordinate"("statementIssuedAt");

-- CreateIndex
CREATE INDEX "Subordinate_active_statementExpiresAt_idx" ON "Subordinate"("active", "statementExpiresAt");

-- CreateIndex
CREATE INDEX "Subordinate_statementDueAt_idx" ON "Subordinate"("statementDueAt");

-- The time at which half of a statement's lifetime has passed, for the schedule that renews (jobs/kind/subordinates.ts).
CREATE INDEX "Subordinate_halfLife" ON "Subordinate" (("statementExpiresAt" - ("statementExpiresAt" - "statementIssuedAt") / 2))
WHERE "active" AND "autorenew";

-- The numbers of the dashboard, from this index alone.
CREATE INDEX "Subordinate_kinds" ON "Subordinate" ("active", "intermediate") INCLUDE ("entityTypes");

-- Counts and searches read the rows, and only a page needs the long values: keep those apart. This changes no row now;
-- each row follows when its statement is signed again. A fifth of a large table may change before it is vacuumed by default,
-- and until then counts read all of its rows.
ALTER TABLE "Subordinate" SET (toast_tuple_target = 512, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE "Subordinate" ALTER COLUMN "statement" SET STORAGE EXTERNAL, ALTER COLUMN "entityConfiguration" SET STORAGE EXTERNAL;
ALTER TABLE "SubordinateCheck" SET (toast_tuple_target = 256, autovacuum_vacuum_scale_factor = 0.05);
-- These are what counts and searches read. Without it, a row that is still too long would keep them apart as well.
ALTER TABLE "Subordinate" ALTER COLUMN "entityId" SET STORAGE MAIN, ALTER COLUMN "displayName" SET STORAGE MAIN,
  ALTER COLUMN "entityTypes" SET STORAGE MAIN, ALTER COLUMN "statementBasis" SET STORAGE MAIN,
  ALTER COLUMN "tags" SET STORAGE MAIN, ALTER COLUMN "tagKeys" SET STORAGE MAIN, ALTER COLUMN "searchText" SET STORAGE MAIN;

-- CreateIndex
CREATE INDEX "TrustMark_issuedAt_idx" ON "TrustMark"("issuedAt");

-- CreateIndex
CREATE INDEX "TrustMark_invalidSince_id_idx" ON "TrustMark"("invalidSince", "id");

-- CreateIndex
CREATE INDEX "OutboxEntry_lane_id_idx" ON "OutboxEntry"("lane", "id");

-- CreateIndex
CREATE INDEX "SubordinateCheck_nextAt_idx" ON "SubordinateCheck"("nextAt");

-- CreateIndex
CREATE UNIQUE INDEX "AwaitedEntity_entityId_key" ON "AwaitedEntity"("entityId");

-- CreateIndex
CREATE INDEX "Request_state_submittedAt_id_idx" ON "Request"("state", "submittedAt", "id");

-- CreateIndex
CREATE INDEX "Request_organizationId_submittedAt_id_idx" ON "Request"("organizationId", "submittedAt", "id");

-- CreateIndex
CREATE INDEX "Request_entityId_idx" ON "Request"("entityId");

-- CreateIndex
CREATE INDEX "Request_assigneeId_submittedAt_id_idx" ON "Request"("assigneeId", "submittedAt", "id");

-- CreateIndex
CREATE INDEX "Request_mailedAt_idx" ON "Request"("mailedAt");

-- CreateIndex
CREATE INDEX "RequestStep_requestId_id_idx" ON "RequestStep"("requestId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "CheckPipeline_entityType_key" ON "CheckPipeline"("entityType");

-- CreateIndex
CREATE UNIQUE INDEX "CheckPipeline_trustMarkTypeId_key" ON "CheckPipeline"("trustMarkTypeId");

-- CreateIndex
CREATE INDEX "CollectedEntity_crawlId_state_entityId_idx" ON "CollectedEntity"("crawlId", "state", "entityId");

-- CreateIndex
CREATE UNIQUE INDEX "CollectedEntity_crawlId_entityId_key" ON "CollectedEntity"("crawlId", "entityId");

-- CreateIndex
CREATE UNIQUE INDEX "CollectedStatement_crawlId_entityId_superior_key" ON "CollectedStatement"("crawlId", "entityId", "superior");

-- AddForeignKey
ALTER TABLE "Subordinate" ADD CONSTRAINT "Subordinate_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "public"."Organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SubordinateCheck" ADD CONSTRAINT "SubordinateCheck_subordinateId_fkey" FOREIGN KEY ("subordinateId") REFERENCES "Subordinate"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Request" ADD CONSTRAINT "Request_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "public"."Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Request" ADD CONSTRAINT "Request_assigneeId_fkey" FOREIGN KEY ("assigneeId") REFERENCES "public"."User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RequestStep" ADD CONSTRAINT "RequestStep_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CheckPipeline" ADD CONSTRAINT "CheckPipeline_trustMarkTypeId_fkey" FOREIGN KEY ("trustMarkTypeId") REFERENCES "TrustMarkType"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Runs have the name that people use.
ALTER TABLE "RenewalRun" RENAME TO "Run";
ALTER TABLE "Run" RENAME CONSTRAINT "RenewalRun_pkey" TO "Run_pkey";
ALTER SEQUENCE "RenewalRun_id_seq" RENAME TO "Run_id_seq";
ALTER INDEX "RenewalRun_failed_id_idx" RENAME TO "Run_failed_id_idx";
ALTER INDEX "RenewalRun_kind_state_idx" RENAME TO "Run_kind_state_idx";
ALTER INDEX "RenewalRun_startedAt_id_idx" RENAME TO "Run_startedAt_id_idx";
ALTER INDEX "RenewalRun_startedBy_id_idx" RENAME TO "Run_startedBy_id_idx";
ALTER INDEX "RenewalRun_state_id_idx" RENAME TO "Run_state_id_idx";
ALTER TABLE "RenewalRunItem" RENAME TO "RunItem";
ALTER TABLE "RunItem" RENAME CONSTRAINT "RenewalRunItem_pkey" TO "RunItem_pkey";
ALTER TABLE "RunItem" RENAME CONSTRAINT "RenewalRunItem_runId_fkey" TO "RunItem_runId_fkey";
ALTER SEQUENCE "RenewalRunItem_id_seq" RENAME TO "RunItem_id_seq";
ALTER INDEX "RenewalRunItem_runId_ok_id_idx" RENAME TO "RunItem_runId_ok_id_idx";
ALTER INDEX "RenewalRunItem_runId_sequence_key" RENAME TO "RunItem_runId_sequence_key";
