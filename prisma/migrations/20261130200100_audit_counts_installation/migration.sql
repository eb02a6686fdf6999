-- An anchor counts its entries in the index alone.
-- DropIndex
DROP INDEX "AuditEvent_resourceType_resource_id_idx";

-- DropIndex
DROP INDEX "AuditEvent_actor_id_idx";

-- DropIndex
DROP INDEX "AuditEvent_action_id_idx";

-- DropIndex
DROP INDEX "AuditEvent_outcome_id_idx";

-- DropIndex
DROP INDEX "AuditEvent_at_id_idx";

-- DropIndex
DROP INDEX "AuditEvent_part_id_idx";

-- CreateIndex
CREATE INDEX "AuditEvent_resourceType_resource_id_anchor_idx" ON "AuditEvent"("resourceType", "resource", "id", "anchor");

-- CreateIndex
CREATE INDEX "AuditEvent_actor_id_anchor_idx" ON "AuditEvent"("actor", "id", "anchor");

-- CreateIndex
CREATE INDEX "AuditEvent_action_id_anchor_idx" ON "AuditEvent"("action", "id", "anchor");

-- CreateIndex
CREATE INDEX "AuditEvent_outcome_id_anchor_idx" ON "AuditEvent"("outcome", "id", "anchor");

-- CreateIndex
CREATE INDEX "AuditEvent_at_id_anchor_part_idx" ON "AuditEvent"("at", "id", "anchor", "part");

-- CreateIndex
CREATE INDEX "AuditEvent_part_id_anchor_idx" ON "AuditEvent"("part", "id", "anchor");
