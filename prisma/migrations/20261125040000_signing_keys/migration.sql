-- A mark's JWT names its key in its header. Those issued before it for the same mark are taken to have the same one:
-- until now a key was replaced only by hand.
ALTER TABLE "TrustMark" ADD COLUMN     "kid" TEXT;
ALTER TABLE "IssuedTrustMark" ADD COLUMN     "kid" TEXT;
UPDATE "TrustMark" SET "kid" = convert_from(decode(
    rpad(translate(split_part("jwt", '.', 1), '-_', '+/'), (length(split_part("jwt", '.', 1)) + 3) / 4 * 4, '='),
    'base64'), 'UTF8')::json ->> 'kid';
UPDATE "IssuedTrustMark" SET "kid" = "TrustMark"."kid" FROM "TrustMark" WHERE "TrustMark"."id" = "IssuedTrustMark"."trustMarkId";
ALTER TABLE "TrustMark" ALTER COLUMN "kid" SET NOT NULL;
ALTER TABLE "IssuedTrustMark" ALTER COLUMN "kid" SET NOT NULL;

-- AlterTable
ALTER TABLE "PublisherLease" ADD COLUMN     "configurationsUntil" TIMESTAMP(3);

-- CreateTable
CREATE TABLE "SigningKey" (
    "kid" TEXT NOT NULL,
    "alg" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "publishedAt" TIMESTAMP(3),
    "usableFrom" TIMESTAMP(3),
    "signsSince" TIMESTAMP(3),
    "replacedAt" TIMESTAMP(3),
    "withdrawnAt" TIMESTAMP(3),
    "statementsUntil" TIMESTAMP(3),

    CONSTRAINT "SigningKey_pkey" PRIMARY KEY ("kid")
);

-- CreateIndex
CREATE INDEX "TrustMark_kid_idx" ON "TrustMark"("kid");

-- CreateIndex
CREATE INDEX "IssuedTrustMark_kid_expiresAt_idx" ON "IssuedTrustMark"("kid", "expiresAt");
