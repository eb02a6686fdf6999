-- AlterTable
ALTER TABLE "TrustMark" ADD COLUMN     "failingSince" TIMESTAMP(3);

-- CreateIndex
CREATE INDEX "TrustMark_failingSince_id_idx" ON "TrustMark"("failingSince", "id");

-- CreateIndex
CREATE INDEX "RenewalRun_state_id_idx" ON "RenewalRun"("state", "id");

-- CreateIndex
CREATE INDEX "RenewalRun_startedBy_id_idx" ON "RenewalRun"("startedBy", "id");

-- CreateIndex
CREATE INDEX "RenewalRun_failed_id_idx" ON "RenewalRun"("failed", "id");

-- CreateIndex
CREATE INDEX "RenewalRun_startedAt_id_idx" ON "RenewalRun"("startedAt", "id");

-- What fails already: since when, nobody wrote down
UPDATE "TrustMark" SET "failingSince" = now() AT TIME ZONE 'utc' WHERE "lastError" IS NOT NULL;
