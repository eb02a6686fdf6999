-- AlterTable
ALTER TABLE "OutboxEntry" ADD COLUMN     "lane" INTEGER NOT NULL DEFAULT 3;

-- AlterTable
ALTER TABLE "PublisherLease" ADD COLUMN     "progressAt" TIMESTAMP(3),
ADD COLUMN     "rate" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "remaining" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "Subordinate_statementIssuedAt_idx" ON "Subordinate"("statementIssuedAt");

-- CreateIndex
CREATE INDEX "TrustMark_issuedAt_idx" ON "TrustMark"("issuedAt");

-- CreateIndex
CREATE INDEX "OutboxEntry_lane_id_idx" ON "OutboxEntry"("lane", "id");
