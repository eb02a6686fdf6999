-- The audit log names the API key that acted. A key that a key makes ends with it.
-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN "apiKey" TEXT;

-- AlterTable
ALTER TABLE "Apikey" ADD COLUMN "parentId" TEXT;

-- CreateIndex
CREATE INDEX "Apikey_parentId_idx" ON "Apikey"("parentId");
