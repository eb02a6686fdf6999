-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "failingSince" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "TrustMark" ADD COLUMN     "subordinateId" INTEGER;

-- CreateIndex
CREATE INDEX "Subordinate_intermediate_entityId_idx" ON "Subordinate"("intermediate", "entityId");

-- CreateIndex
CREATE INDEX "Subordinate_failingSince_id_idx" ON "Subordinate"("failingSince", "id");

-- CreateIndex
CREATE INDEX "TrustMark_subordinateId_idx" ON "TrustMark"("subordinateId");

-- AddForeignKey
ALTER TABLE "TrustMark" ADD CONSTRAINT "TrustMark_subordinateId_fkey" FOREIGN KEY ("subordinateId") REFERENCES "Subordinate"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What is there already
UPDATE "Subordinate" SET "failingSince" = "lastCheckedAt" WHERE "lastError" IS NOT NULL;

UPDATE "TrustMark" SET "subordinateId" = "Subordinate"."id" FROM "Subordinate"
WHERE "Subordinate"."entityId" = "TrustMark"."entityId";
