-- CreateIndex
CREATE INDEX "Subordinate_active_entityConfigurationExpiresAt_idx" ON "Subordinate"("active", "entityConfigurationExpiresAt");
