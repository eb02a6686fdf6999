-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "organizationId" INTEGER;

-- CreateIndex
CREATE INDEX "Subordinate_organizationId_idx" ON "Subordinate"("organizationId");

-- AddForeignKey
ALTER TABLE "Subordinate" ADD CONSTRAINT "Subordinate_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "public"."Organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;
