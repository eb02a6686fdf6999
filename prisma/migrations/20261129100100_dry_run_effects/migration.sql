-- Items of a dry run keep what they would do.
ALTER TABLE "RenewalRunItem" ADD COLUMN "effect" TEXT;
