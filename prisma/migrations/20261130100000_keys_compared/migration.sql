-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "keysCompared" BOOLEAN;

-- CreateIndex
CREATE INDEX "Subordinate_failingCode_entityId_idx" ON "Subordinate"("failingCode", "entityId");

-- CreateIndex
CREATE INDEX "Subordinate_unresolvableCode_entityId_idx" ON "Subordinate"("unresolvableCode", "entityId");
