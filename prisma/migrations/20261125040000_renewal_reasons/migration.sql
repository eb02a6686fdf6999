-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "metadataFollowsEntity" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "TrustMark" ADD COLUMN     "lastError" TEXT;
