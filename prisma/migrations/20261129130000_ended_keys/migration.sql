-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "statementDueAt" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "PublisherLease" ADD COLUMN     "configurationDueAt" TIMESTAMP(3);

-- CreateIndex
CREATE INDEX "Subordinate_statementDueAt_idx" ON "Subordinate"("statementDueAt");

-- What lists keys that end is signed again, and then knows when it is due.
UPDATE "Subordinate" SET "statementBasis" = NULL
WHERE jsonb_path_exists("jwks", '$.keys[*] ? (exists (@.exp) || exists (@.revoked))');
INSERT INTO "OutboxEntry" ("topic", "lane")
SELECT 'entity-configuration', 0 FROM "PublisherLease" WHERE "configurationsUntil" IS NOT NULL;
