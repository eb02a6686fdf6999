-- Operators get one e-mail about a request that waits. The present ones are known.
ALTER TABLE "Request" ADD COLUMN "mailedAt" TIMESTAMP(3);
UPDATE "Request" SET "mailedAt" = "submittedAt";
CREATE INDEX "Request_mailedAt_idx" ON "Request"("mailedAt");
