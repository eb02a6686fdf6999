-- AlterTable
ALTER TABLE "Settings" ADD COLUMN     "auditRetentionDays" INTEGER;

-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN     "outcome" TEXT NOT NULL DEFAULT 'SUCCEEDED',
ADD COLUMN     "reason" TEXT;

-- CreateTable
CREATE TABLE "AuditHead" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "count" INTEGER NOT NULL DEFAULT 0,
    "lastId" INTEGER NOT NULL DEFAULT 0,
    "hash" TEXT NOT NULL,
    "prunedCount" INTEGER NOT NULL DEFAULT 0,
    "prunedId" INTEGER NOT NULL DEFAULT 0,
    "prunedHash" TEXT NOT NULL,

    CONSTRAINT "AuditHead_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AuditEvent_outcome_id_idx" ON "AuditEvent"("outcome", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_at_id_idx" ON "AuditEvent"("at", "id");

-- The log as it is now, an empty one chained to zeros.
INSERT INTO "AuditHead" ("id", "count", "lastId", "hash", "prunedHash")
SELECT 1, count(*), coalesce(max("id"), 0),
  coalesce((SELECT "hash" FROM "AuditEvent" ORDER BY "id" DESC LIMIT 1), repeat('0', 64)), repeat('0', 64)
FROM "AuditEvent";

-- The head only moves on.
CREATE RULE "AuditHead_no_delete" AS ON DELETE TO "AuditHead" DO INSTEAD NOTHING;
CREATE RULE "AuditHead_no_return" AS ON UPDATE TO "AuditHead"
WHERE NEW."count" < OLD."count" OR NEW."lastId" < OLD."lastId" OR NEW."prunedId" < OLD."prunedId" OR NEW."prunedId" > NEW."lastId"
DO INSTEAD NOTHING;

-- Entries go only once the head says that the retention has removed them.
DROP RULE "AuditEvent_no_delete" ON "AuditEvent";
CREATE RULE "AuditEvent_no_delete" AS ON DELETE TO "AuditEvent"
WHERE OLD."id" > coalesce((SELECT "prunedId" FROM "AuditHead"), 0)
DO INSTEAD NOTHING;
