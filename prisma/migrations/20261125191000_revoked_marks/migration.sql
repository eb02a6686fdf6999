-- CreateIndex
CREATE INDEX "TrustMark_active_entityId_idx" ON "TrustMark"("active", "entityId");
