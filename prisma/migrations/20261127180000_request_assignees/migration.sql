-- AlterTable
ALTER TABLE "Request" ADD COLUMN     "assigneeId" TEXT;

-- CreateIndex
CREATE INDEX "Request_assigneeId_submittedAt_id_idx" ON "Request"("assigneeId", "submittedAt", "id");

-- AddForeignKey
ALTER TABLE "Request" ADD CONSTRAINT "Request_assigneeId_fkey" FOREIGN KEY ("assigneeId") REFERENCES "public"."User"("id") ON DELETE SET NULL ON UPDATE CASCADE;
