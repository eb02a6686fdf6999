-- CreateIndex
CREATE INDEX "TrustMark_entityId_trgm" ON "TrustMark" USING GIN ("entityId" gin_trgm_ops);
