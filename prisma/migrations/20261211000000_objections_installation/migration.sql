-- A refusal by one person is an objection, and a lock-out by one person ends by itself. Lock-outs that are stored stay.
ALTER TABLE "Approval" ADD COLUMN "objectedBy" TEXT, ADD COLUMN "objectedAt" TIMESTAMP(3), ADD COLUMN "objection" TEXT;
ALTER TABLE "User" ADD COLUMN "suspendedUntil" TIMESTAMP(3);
