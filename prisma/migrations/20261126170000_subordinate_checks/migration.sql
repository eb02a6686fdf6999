-- AlterTable
ALTER TABLE "Settings" ADD COLUMN     "checkMinutes" INTEGER NOT NULL DEFAULT 60,
ADD COLUMN     "evaluatedVersion" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "failingCode" TEXT,
ADD COLUMN     "unresolvableCode" TEXT,
ADD COLUMN     "unresolvableReason" TEXT,
ADD COLUMN     "unresolvableSince" TIMESTAMP(3);

-- CreateTable
CREATE TABLE "SubordinateCheck" (
    "subordinateId" INTEGER NOT NULL,
    "nextAt" TIMESTAMP(3) NOT NULL,
    "etag" TEXT,
    "recent" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "SubordinateCheck_pkey" PRIMARY KEY ("subordinateId")
);

-- CreateIndex
CREATE INDEX "SubordinateCheck_nextAt_idx" ON "SubordinateCheck"("nextAt");

-- CreateIndex
CREATE INDEX "Subordinate_unresolvableSince_id_idx" ON "Subordinate"("unresolvableSince", "id");

-- AddForeignKey
ALTER TABLE "SubordinateCheck" ADD CONSTRAINT "SubordinateCheck_subordinateId_fkey" FOREIGN KEY ("subordinateId") REFERENCES "Subordinate"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Earlier versions did not store whether a subordinate resolves.
UPDATE "Settings" SET "evaluatedVersion" = 0 WHERE EXISTS (SELECT 1 FROM "Subordinate");
