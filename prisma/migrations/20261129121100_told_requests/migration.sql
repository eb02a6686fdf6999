-- Operators are told of requests by e-mail, once. The present ones are known.
ALTER TABLE "Request" ADD COLUMN "toldAt" TIMESTAMP(3);
UPDATE "Request" SET "toldAt" = "submittedAt";
CREATE INDEX "Request_toldAt_idx" ON "Request"("toldAt");
