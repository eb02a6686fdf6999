-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN     "part" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "runId" INTEGER;

-- CreateIndex
CREATE INDEX "AuditEvent_runId_id_idx" ON "AuditEvent"("runId", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_part_id_idx" ON "AuditEvent"("part", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_actor_trgm" ON "AuditEvent" USING GIN ("actor" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "AuditEvent_resource_trgm" ON "AuditEvent" USING GIN ("resource" gin_trgm_ops);
