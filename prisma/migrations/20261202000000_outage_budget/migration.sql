-- AlterTable
ALTER TABLE "Settings" ADD COLUMN IF NOT EXISTS "outageBudget" INTEGER;
