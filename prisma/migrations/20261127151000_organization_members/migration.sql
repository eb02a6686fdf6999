-- The entities of an organization in their order, for its members.
DROP INDEX "Subordinate_organizationId_idx";
CREATE INDEX "Subordinate_organizationId_entityId_idx" ON "Subordinate"("organizationId", "entityId");
