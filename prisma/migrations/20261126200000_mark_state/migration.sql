-- AlterTable
ALTER TABLE "TrustMarkType" ADD COLUMN     "judgedBy" TEXT;

-- AlterTable
ALTER TABLE "TrustMark" ADD COLUMN     "invalidReason" TEXT,
ADD COLUMN     "invalidSince" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "Schedule" ADD COLUMN     "foundFault" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "TrustMark_invalidSince_id_idx" ON "TrustMark"("invalidSince", "id");
