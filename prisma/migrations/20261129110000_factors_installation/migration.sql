-- A session has the strength of what was proved. Sessions with a password, whose code is not recorded, sign in again where
-- the account has a factor.
ALTER TABLE "Session" ADD COLUMN "strength" TEXT NOT NULL DEFAULT 'PASSWORD';
UPDATE "Session" SET "strength" = 'PASSKEY' WHERE "signedInBy" IN ('passkey', 'single_sign_on');

-- A passkey counts for approvals after a time, or once another administrator has confirmed it.
ALTER TABLE "Passkey" ADD COLUMN "confirmedBy" TEXT, ADD COLUMN "confirmedAt" TIMESTAMP(3);
UPDATE "Passkey" SET "createdAt" = now() WHERE "createdAt" IS NULL;
ALTER TABLE "Protection" ADD COLUMN "passkeyHours" INTEGER NOT NULL DEFAULT 24;
ALTER TABLE "ChangeRequest" ADD COLUMN "passkeyKnownSince" TIMESTAMP(3);
